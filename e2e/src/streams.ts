import { once } from "node:events";
import type { UserAgent } from "@mullion/testing";
import { WebSocket } from "undici";
import type { FrontName, Fronts } from "./fronts.ts";
import { cookieOf, sameOriginHeaders } from "./visitor.ts";

/** A stream through the BFF that is open. */
export interface OpenStream {
  readonly kind: "sse" | "websocket";
  readonly front: FrontName;
  /** Resolves with the time (`performance.now()`) at which the front closed it. */
  readonly closed: Promise<number>;
}

async function untilClosed(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<number> {
  // A connection that breaks off is closed all the same.
  while (!(await reader.read().catch(() => ({ done: true }))).done);
  return performance.now();
}

/** Opens the live health (SSE) at a front and waits for its first event. */
async function openEvents(fronts: Fronts, agent: UserAgent, front: FrontName): Promise<OpenStream> {
  const response = await agent.fetch(`${fronts.origin}/api/bff/insights/live`, {
    headers: { ...sameOriginHeaders, accept: "text/event-stream" },
    server: fronts.serverOf(front),
  });
  if (response.status !== 200 || response.body === null)
    throw new Error(`no event stream: ${String(response.status)} ${await response.text()}`);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  return { kind: "sse", front, closed: untilClosed(reader) };
}

/** Opens the feed (WebSocket) at a front. */
async function openFeed(fronts: Fronts, sid: string, front: FrontName): Promise<OpenStream> {
  const url = `${fronts.serverOf(front).replace("http", "ws")}/api/bff/insights/feed`;
  const socket = new WebSocket(url, { headers: { ...cookieOf(sid), origin: fronts.origin } });
  const closed = once(socket, "close").then(() => performance.now());
  socket.addEventListener("error", () => undefined);
  await Promise.race([
    once(socket, "open"),
    closed.then(() => Promise.reject(new Error("the WebSocket was refused"))),
  ]);
  return { kind: "websocket", front, closed };
}

/** Opens one stream of each kind at every front. */
export async function openStreams(
  fronts: Fronts,
  { agent, sid }: { readonly agent: UserAgent; readonly sid: string },
): Promise<OpenStream[]> {
  return Promise.all(
    fronts.names.flatMap((front) => [openEvents(fronts, agent, front), openFeed(fronts, sid, front)]),
  );
}
