import { request as httpRequest, type IncomingMessage, STATUS_CODES } from "node:http";
import { request as httpsRequest } from "node:https";
import { type Duplex, pipeline } from "node:stream";
import { problemContentType } from "@mullion/contracts";
import { ProblemError, requestIdOf, toProblemError } from "@mullion/http-service";
import type { FastifyInstance } from "fastify";
import { bffProblem } from "./errors.ts";
import { findRoute } from "./find-route.ts";
import type { BffOptions } from "./options.ts";
import { prefix } from "./prefix.ts";
import { guardHandshake, guardRemote, remoteOf } from "./request-guard.ts";

/** Fields of the handshake (RFC 6455) that reach the gateway, beside those the BFF writes itself. */
const handshakeFields = [
  "sec-websocket-key",
  "sec-websocket-version",
  "sec-websocket-protocol",
  "sec-websocket-extensions",
] as const;

/** Fields of the gateway's answer that reach the browser. */
const answerFields = ["sec-websocket-accept", "sec-websocket-protocol", "sec-websocket-extensions"] as const;

/** The gateway's side of an accepted handshake. */
interface Accepted {
  readonly answer: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Opens the WebSocket at the gateway with the session's access token. */
async function connect(
  options: BffOptions,
  request: IncomingMessage,
  {
    path,
    token,
    timeoutMs,
    requestId,
    signal,
  }: { path: string; token: string; timeoutMs: number; requestId: string; signal: AbortSignal },
): Promise<Accepted> {
  const url = new URL(path, options.gatewayUrl);
  const headers: Record<string, string> = {
    connection: "upgrade",
    upgrade: "websocket",
    authorization: `Bearer ${token}`,
    "x-request-id": requestId,
  };
  for (const field of handshakeFields) {
    const value = request.headers[field];
    if (typeof value === "string") headers[field] = value;
  }
  return new Promise((resolve, reject) => {
    const outgoing = (url.protocol === "https:" ? httpsRequest : httpRequest)(url, {
      headers,
      agent: false,
      timeout: timeoutMs,
      signal,
    });
    outgoing.once("upgrade", (answer, socket, head) => {
      socket.setTimeout(0);
      resolve({ answer, socket, head });
    });
    outgoing.once("response", (answer) => {
      answer.resume();
      reject(refusal(answer.statusCode ?? 502));
    });
    outgoing.once("timeout", () => {
      outgoing.destroy(bffProblem("upstream_timeout", { detail: `No handshake within ${timeoutMs} ms.` }));
    });
    outgoing.on("error", (cause) => {
      const detail = "The gateway does not answer.";
      reject(cause instanceof ProblemError ? cause : bffProblem("upstream_unreachable", { detail, cause }));
    });
    outgoing.end();
  });
}

/** What the gateway's refusal means to the browser: its own status where that is the browser's business. */
function refusal(status: number): ProblemError {
  if (status === 401)
    return bffProblem("upstream_refused_token", { detail: "The gateway refused the token." });
  if (status === 403 || status === 429 || status === 503) {
    const title = STATUS_CODES[status] ?? "Refused";
    return new ProblemError({
      status,
      code: "upstream_refused",
      title,
      detail: "The gateway refused the stream.",
    });
  }
  return bffProblem("upstream_unreachable", { detail: `The gateway answered ${status} to the handshake.` });
}

/** Answers instead of an upgrade, and closes: a server's sockets stay half open until both sides have ended. */
function refuse(socket: Duplex, error: unknown, requestId: string): void {
  const problem = toProblemError(error);
  const body = JSON.stringify(problem.toProblem(requestId));
  const headers = {
    ...problem.headers,
    "content-type": problemContentType,
    "content-length": String(Buffer.byteLength(body)),
    "cache-control": "no-store",
    "x-request-id": requestId,
    connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ""}\r\n${lines.join("\r\n")}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

/** Joins both sockets: each waits for the other to drain, and ends with the other. */
function tunnel(browser: Duplex, browserHead: Buffer, { answer, socket, head }: Accepted): void {
  const lines = answerFields.flatMap((field) => {
    const value = answer.headers[field];
    return typeof value === "string" ? [`${field}: ${value}`] : [];
  });
  browser.write(
    `HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n${lines.join("\r\n")}\r\n\r\n`,
  );
  if (head.length > 0) browser.write(head);
  if (browserHead.length > 0) socket.write(browserHead);
  // A broken connection is how WebSockets often end; the callback is told once per direction.
  const ended = (): void => {
    browser.destroy();
    socket.destroy();
  };
  pipeline(browser, socket, ended);
  pipeline(socket, browser, ended);
}

async function upgrade(
  request: IncomingMessage,
  browser: Duplex,
  browserHead: Buffer,
  options: BffOptions,
  requestId: string,
): Promise<void> {
  const { origin, routes, sessionIdOf, tokens, streams } = options;
  if (request.url?.startsWith(`${prefix}/`) !== true) {
    throw bffProblem("route_unknown", { detail: "WebSockets are under /api/bff only." });
  }
  const path = request.url.slice(prefix.length);
  const { route } = findRoute(routes, request.method ?? "GET", path.split("?", 1)[0] ?? "/");
  guardHandshake(request.headers, origin);
  await guardRemote(remoteOf(request.headers), route, options, request.headers);
  if (route.auth === "session" || route.transport !== "websocket") {
    throw bffProblem("handshake_invalid", { detail: `${route.id} is not a WebSocket.` });
  }
  const sessionId = sessionIdOf(request.headers);
  if (sessionId === null) throw bffProblem("no_session", { detail: "There is no session cookie." });
  const left = new AbortController();
  browser.once("close", () => {
    left.abort();
  });
  const leave = (): void => void browser.destroy();
  browser.once("end", leave);
  // The wait for identity or the gateway may be long; whoever left meanwhile takes nothing there.
  const token = await tokens.getAccessToken(sessionId, route.audience, "background");
  if (browser.destroyed) return;
  // Counted before the gateway is asked: handshakes under way take connections there too.
  browser.once("close", streams.add(sessionId, leave));
  const { timeoutMs } = route;
  const accepted = await connect(options, request, {
    path,
    token,
    timeoutMs,
    requestId,
    signal: left.signal,
  });
  browser.off("end", leave);
  if (left.signal.aborted) accepted.socket.destroy();
  else tunnel(browser, browserHead, accepted);
}

/** Answers WebSocket handshakes: the same session, routes and checks as requests, then two sockets joined. */
export function acceptUpgrades(app: FastifyInstance, options: BffOptions): void {
  app.server.on("upgrade", (request: IncomingMessage, browser: Duplex, head: Buffer) => {
    const requestId = requestIdOf(request);
    const log = app.log.child({ requestId });
    browser.on("error", (error) => {
      log.debug({ err: error }, "a WebSocket's connection broke");
    });
    upgrade(request, browser, head, options, requestId).catch((error: unknown) => {
      if (browser.destroyed) return;
      const problem = toProblemError(error);
      log.info({ code: problem.code, err: problem.status >= 500 ? error : undefined }, "handshake refused");
      refuse(browser, error, requestId);
    });
  });
}
