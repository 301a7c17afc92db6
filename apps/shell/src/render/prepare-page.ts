import type { IncomingMessage, ServerResponse } from "node:http";
import { FederationError, loadRemote, type RemoteDescriptor } from "@mullion/federation";
import { type Page, ticketHeader } from "../bridge/protocol.ts";
import type { ShellPageProps } from "../page-props.ts";
import { type BridgeClient, bridge } from "./bridge-global.ts";

type ReleaseDescriptor = Extract<RemoteDescriptor, { kind: "release" }>;
type RemotePage = Extract<Page, { kind: "remote" }>;

/** Time a remote gets to load on the server; after that the browser loads it. */
const loadBudgetMs = 2_000;

/** Why a remote cannot be drawn here, or null when it can. */
async function loadFailure(remote: ReleaseDescriptor, serverEntry: string): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, loadBudgetMs, "remote_timeout");
  });
  const loaded = loadRemote(remote, serverEntry).then(
    () => null,
    (error: unknown) => (error instanceof FederationError ? error.code : "remote_unavailable"),
  );
  const result = await Promise.race([loaded, late]);
  clearTimeout(timer);
  return result;
}

/** True when the server can draw the page's remote; tells front when it should and cannot. */
async function canRender(
  front: BridgeClient,
  ticket: string,
  { remote, serverEntry }: RemotePage,
): Promise<boolean> {
  if (serverEntry === null || remote.kind === "development") return false;
  const code = await loadFailure(remote, serverEntry);
  // Nobody waits for the report: the page is the same whether it arrives or not.
  if (code !== null) front.failed(ticket, code).catch(() => undefined);
  return code === null;
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
  const { session, navigation, visit, overrides, devtools } = page;
  const frame = { session, navigation, visit, overrides, devtools };
  if (page.kind === "remote") {
    const [available, data] = await Promise.all([
      canRender(front, ticket, page),
      readData(front, ticket, page.data),
    ]);
    return { ...frame, data, content: { kind: "remote", remote: page.remote, available } };
  }
  if (page.kind === "notice") {
    response.statusCode = page.status;
    return { ...frame, data: {}, content: { kind: "notice", notice: page.notice } };
  }
  return { ...frame, data: {}, content: { kind: "start" } };
}
