import type { IncomingMessage, ServerResponse } from "node:http";
import { loadRemote, type RemoteDescriptor } from "@mullion/federation";
import { ticketHeader } from "../bridge/protocol.ts";
import type { ShellPageProps } from "../page-props.ts";
import { type BridgeClient, bridge } from "./bridge-global.ts";

/** Time a remote gets to load on the server; after that the browser loads it. */
const loadBudgetMs = 2_000;

async function canRender(remote: RemoteDescriptor, serverEntry: string): Promise<boolean> {
  if (remote.kind === "development") return false;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, loadBudgetMs, false);
  });
  const loaded = loadRemote(remote, serverEntry).then(
    () => true,
    () => false,
  );
  const result = await Promise.race([loaded, late]);
  clearTimeout(timer);
  return result;
}

/** Reads the page's data in parallel. What fails is left out: the browser asks again and shows the error. */
async function readData(
  front: BridgeClient,
  ticket: string,
  paths: readonly string[],
): Promise<Record<string, unknown>> {
  const entries = await Promise.all(
    paths.map(async (path) => {
      const answer = await front.read(ticket, path).catch(() => null);
      return answer?.status === 200 ? [[path, answer.data] as const] : [];
    }),
  );
  return Object.fromEntries(entries.flat());
}

/** Gets a page ready to draw: what front decided, the remote's code and the data, all at the same time. */
export async function preparePage(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<ShellPageProps> {
  const ticket = request.headers[ticketHeader];
  if (typeof ticket !== "string") throw new Error("a page request without a render ticket");
  const front = bridge();
  const page = await front.page(ticket);
  const { session, navigation } = page;
  if (page.kind === "remote") {
    const [available, data] = await Promise.all([
      canRender(page.remote, page.serverEntry),
      readData(front, ticket, page.data),
    ]);
    return { session, navigation, data, content: { kind: "remote", remote: page.remote, available } };
  }
  if (page.kind === "notice") {
    response.statusCode = page.status;
    return { session, navigation, data: {}, content: { kind: "notice", notice: page.notice } };
  }
  return { session, navigation, data: {}, content: { kind: "start" } };
}
