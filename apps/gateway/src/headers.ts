import type { IncomingHttpHeaders } from "node:http";

// Lists of what passes, not of what is cut: hop-by-hop fields, cookies, and every spelling of Forwarded, X-Forwarded-*
// or X-User-* are left out because nobody put them in, and so is whatever a later proxy or framework learns to trust.
const requestFields = [
  "accept",
  "accept-encoding",
  "accept-language",
  "authorization",
  "content-type",
  "idempotency-key",
  "if-match",
  "if-none-match",
  "last-event-id",
  "traceparent",
  "tracestate",
  "user-agent",
] as const;

const responseFields = [
  "cache-control",
  "content-encoding",
  "content-language",
  "content-length",
  "content-type",
  "etag",
  "last-modified",
  "retry-after",
  "vary",
  "www-authenticate",
] as const;

// RFC 6455 section 4: what the two ends agree on. `Origin` is left out: the shell has judged it.
const handshakeRequestFields = [
  "sec-websocket-extensions",
  "sec-websocket-key",
  "sec-websocket-protocol",
  "sec-websocket-version",
] as const;

const handshakeResponseFields = [
  "sec-websocket-accept",
  "sec-websocket-extensions",
  "sec-websocket-protocol",
] as const;

const upgradeFields = { connection: "Upgrade", upgrade: "websocket" } as const;

function pick(fields: readonly string[], headers: IncomingHttpHeaders): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of fields) {
    const value = headers[name];
    if (typeof value === "string") picked[name] = value;
    else if (value !== undefined) picked[name] = value.join(", ");
  }
  return picked;
}

/** The fields a service receives. */
export function forwardedRequestHeaders(
  headers: IncomingHttpHeaders,
  requestId: string,
): Record<string, string> {
  return { ...pick(requestFields, headers), "x-request-id": requestId };
}

/** The fields the caller receives. */
export function forwardedResponseHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return pick(responseFields, headers);
}

/** The fields a service receives with a WebSocket handshake. */
export function handshakeRequestHeaders(
  headers: IncomingHttpHeaders,
  requestId: string,
): Record<string, string> {
  return {
    ...forwardedRequestHeaders(headers, requestId),
    ...pick(handshakeRequestFields, headers),
    ...upgradeFields,
  };
}

/** The fields the caller receives with an accepted WebSocket. */
export function handshakeResponseHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return { ...pick(handshakeResponseFields, headers), ...upgradeFields };
}
