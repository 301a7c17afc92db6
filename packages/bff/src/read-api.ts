import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { Cancellation } from "./cancellation.ts";
import { bffProblem } from "./errors.ts";
import { findRoute } from "./find-route.ts";
import { forward } from "./forward.ts";
import type { ApiAccess } from "./options.ts";
import { guardRemote } from "./request-guard.ts";
import { answerSessionRoute } from "./session-routes.ts";

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
  access: ApiAccess,
  call: {
    readonly sessionId: string;
    /** The remote whose page is drawn. */
    readonly remote: string | undefined;
    readonly path: string;
    readonly requestId: string;
    readonly signal: AbortSignal;
  },
): Promise<ApiAnswer> {
  const [pathname = "/"] = call.path.split("?", 1);
  const { route, params } = findRoute(access.routes, "GET", pathname);
  await guardRemote(call.remote, route, access);
  if (route.auth === "session") {
    const answer = await answerSessionRoute(access.sessionRoutes, route, {
      sessionId: call.sessionId,
      params,
    });
    return { status: answer.status, data: answer.body };
  }
  if (route.transport !== "http")
    throw bffProblem("route_unknown", { detail: "A page cannot wait for a stream." });
  // The page itself was asked for by a person, and has slid the session already.
  const accessToken = await access.tokens.getAccessToken(call.sessionId, route.audience, "background");
  const body = new PassThrough();
  const received = text(body);
  // When the call fails, `forward` says why; the body's own rejection must not go unhandled meanwhile.
  received.catch(() => undefined);
  const cancellation = new Cancellation();
  const giveUp = (): void => {
    cancellation.cancel();
  };
  call.signal.addEventListener("abort", giveUp);
  let status = 0;
  try {
    await forward(
      access.gateway,
      {
        route,
        path: call.path,
        accessToken,
        requestId: call.requestId,
        headers: { accept: "application/json" },
        body: null,
        cancellation,
        replaceRefused: () => access.tokens.replaceRefused(call.sessionId, route.audience, accessToken),
      },
      (head) => {
        status = head.status;
        return body;
      },
    );
    const content = await received;
    return { status, data: status === 200 ? (JSON.parse(content) as unknown) : null };
  } finally {
    // A signal that listens for a time limit would keep the call, its answer included, until the limit.
    call.signal.removeEventListener("abort", giveUp);
  }
}
