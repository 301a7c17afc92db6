import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type { ApiRoute } from "@mullion/contracts";
import type { Pool } from "undici";
import { findRoute } from "./find-route.ts";
import { forward } from "./forward.ts";
import type { SessionTokens } from "./session-tokens.ts";

/** What reading on behalf of a page needs. */
export interface ReadApiOptions {
  readonly routes: readonly ApiRoute[];
  readonly gateway: Pool;
  readonly tokens: SessionTokens;
}

/** Answer of a GET: parsed JSON where it succeeded. */
export interface ApiAnswer {
  readonly status: number;
  readonly data: unknown;
}

/**
 * GETs one path of the API for a session, for rendering on the server. Only GET routes of the manifest exist here.
 * @throws {ProblemError} as the BFF does.
 */
export async function readApi(
  { routes, gateway, tokens }: ReadApiOptions,
  call: {
    readonly sessionId: string;
    readonly path: string;
    readonly requestId: string;
    readonly signal: AbortSignal;
  },
): Promise<ApiAnswer> {
  const [pathname = "/"] = call.path.split("?", 1);
  const route = findRoute(routes, "GET", pathname);
  const accessToken = await tokens.getAccessToken(call.sessionId);
  const body = new PassThrough();
  const received = text(body);
  // When the call fails, `forward` says why; the body's own rejection must not go unhandled meanwhile.
  received.catch(() => undefined);
  let status = 0;
  await forward(
    gateway,
    {
      route,
      path: call.path,
      accessToken,
      requestId: call.requestId,
      headers: { accept: "application/json" },
      body: null,
      signal: call.signal,
    },
    (head) => {
      status = head.status;
      return body;
    },
  );
  const content = await received;
  return { status, data: status === 200 ? (JSON.parse(content) as unknown) : null };
}
