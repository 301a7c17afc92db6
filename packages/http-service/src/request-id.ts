import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";

// Ids end up in logs and headers: nothing but these characters, so that a client cannot write either.
const acceptable = /^[A-Za-z0-9_-]{8,64}$/;

/** The caller's `x-request-id` when it is well-formed, a new one otherwise. */
export function requestIdOf(request: IncomingMessage | Http2ServerRequest): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && acceptable.test(given) ? given : randomUUID();
}
