import { sendRaw } from "../src/raw-http.ts";
import { expect, test } from "../src/security-fixtures.ts";
import { cookieOf } from "../src/visitor.ts";

const stripped = [
  "Authorization: Bearer attacker",
  "Proxy-Authorization: Basic YTpi",
  "Forwarded: for=6.6.6.6;host=evil.test",
  "X-Forwarded-For: 6.6.6.6",
  "X-Forwarded-Host: evil.test",
  "X-Forwarded-Proto: https",
  "X-Forwarded-Prefix: /evil",
  "X-Forwarded-User: attacker",
  "X-Real-IP: 6.6.6.6",
  "X-Client-IP: 6.6.6.6",
  "True-Client-IP: 6.6.6.6",
  "CF-Connecting-IP: 6.6.6.6",
  "X-User-Id: attacker",
  "X-User-Email: attacker@evil.test",
  "X-User-Roles: admin",
  "X-Auth-Request-User: attacker",
  "X-Remote-User: attacker",
  "X-Original-URL: /identity/users",
  "X-Rewrite-URL: /identity/users",
  "X-HTTP-Method-Override: DELETE",
  "X_Forwarded_For: 6.6.6.6",
  "X_User_Id: attacker",
  "X_Auth_Request_User: attacker",
  "Http_Authorization: Bearer attacker",
  "Content_Length: 7",
  "X-Middleware-Subrequest: middleware",
  "Via: 1.1 evil.test",
  "TE: trailers",
  "Upgrade-Insecure-Requests: 1",
  'X-Request-Id: attacker"}',
] as const;

for (const line of stripped) {
  test(`SEC-28 CVE-2025-64484 ${line.split(":", 1)[0] ?? ""} of a browser does not reach the gateway`, async ({
    fronts,
    member,
    gatewayTap,
  }) => {
    gatewayTap.requests.length = 0;
    const { status } = await sendRaw(fronts.serverOf(), [
      "GET /api/bff/profile/me HTTP/1.1",
      `Host: ${new URL(fronts.origin).host}`,
      `Cookie: ${cookieOf(member.sid).cookie}`,
      "X-Mullion-Csrf: 1",
      line,
      "Connection: close",
      "",
      "",
    ]);
    expect(status).toBe(200);
    expect(gatewayTap.requests).toHaveLength(1);
    const [name = "", value = ""] = line.split(/:\s*/);
    const received = gatewayTap.requests[0]?.rawHeaders ?? [];
    const names = received.filter((_, at) => at % 2 === 0).map((field) => field.toLowerCase());
    if (!["authorization", "x-request-id"].includes(name.toLowerCase()))
      expect(names).not.toContain(name.toLowerCase());
    expect(received.join("\n")).not.toMatch(/attacker|6\.6\.6\.6|evil/);
    expect(received).not.toContain(value);
    expect(names).not.toContain("cookie");
  });
}

for (const fields of [
  "authorization",
  "Authorization, x-request-id, accept",
  "content-length, host",
  "close, authorization",
]) {
  test(`SEC-29 CVE-2026-33805 "Connection: ${fields}" strips nothing that the BFF adds`, async ({
    fronts,
    member,
    gatewayTap,
    records,
  }) => {
    gatewayTap.requests.length = 0;
    const { status } = await sendRaw(fronts.serverOf(), [
      "GET /api/bff/profile/me HTTP/1.1",
      `Host: ${new URL(fronts.origin).host}`,
      `Cookie: ${cookieOf(member.sid).cookie}`,
      "X-Mullion-Csrf: 1",
      `Connection: ${fields}`,
      "",
      "",
    ]);
    expect(status).toBe(200);
    const headers = gatewayTap.requests[0]?.headers;
    const tokens = await records.tokens(member.sid);
    expect(tokens.map((token) => `Bearer ${token}`)).toContain(headers?.authorization);
    expect(headers?.["x-request-id"]).toBeTruthy();
  });
}

const smuggled = "GET /api/bff/identity/users HTTP/1.1\r\nHost: x\r\n\r\n";
const framings: Readonly<Record<string, readonly string[]>> = {
  "Content-Length and Transfer-Encoding": [
    "Content-Length: 4",
    "Transfer-Encoding: chunked",
    "",
    "0",
    "",
    smuggled,
  ],
  "Transfer-Encoding and Content-Length": [
    "Transfer-Encoding: chunked",
    "Content-Length: 4",
    "",
    "0",
    "",
    smuggled,
  ],
  "two different Content-Lengths": ["Content-Length: 2", "Content-Length: 60", "", "{}", smuggled],
  "two Content-Lengths in one field": ["Content-Length: 2, 60", "", "{}", smuggled],
  "a negative Content-Length": ["Content-Length: -1", "", "{}"],
  "a Content-Length with a sign": ["Content-Length: +2", "", "{}"],
  "a Content-Length in hex": ["Content-Length: 0x2", "", "{}"],
  "an unknown Transfer-Encoding": ["Transfer-Encoding: xchunked", "", "0", "", smuggled],
  "Transfer-Encoding with a space before the colon": ["Transfer-Encoding : chunked", "", "0", "", smuggled],
  "Transfer-Encoding after a vertical tab": ["Transfer-Encoding: \x0bchunked", "", "0", "", smuggled],
  "two Transfer-Encodings, the last unknown": [
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: cow",
    "",
    "0",
    "",
    smuggled,
  ],
  "chunked that is not the last coding": ["Transfer-Encoding: chunked, identity", "", "0", "", smuggled],
  "a folded header": ["X-Folded: a", " Content-Length: 60", "", smuggled],
  "a bare carriage return in a header": ["X-Split: a\rTransfer-Encoding: chunked", "", "0", "", smuggled],
  "a bare line feed in a header": [
    "X-Split: a\nTransfer-Encoding: chunked",
    "Content-Length: 4",
    "",
    "0",
    "",
    smuggled,
  ],
  "a NUL in a header": ["X-Null: a\0b", "Content-Length: 0", "", ""],
  "a header without a name": [": value", "Content-Length: 0", "", ""],
  "a chunk size with rubbish": ["Transfer-Encoding: chunked", "", "2xx", "{}", "0", "", ""],
  "a chunk size that overflows": ["Transfer-Encoding: chunked", "", "ffffffffffffffffff", "{}", "0", "", ""],
  "a chunk ended by a bare line feed": ["Transfer-Encoding: chunked", "", "2\n{}\r\n0", "", smuggled],
};

for (const [name, lines] of Object.entries(framings)) {
  test(`SEC-30 ${name} is refused, and nothing is smuggled`, async ({ fronts, member, gatewayTap }) => {
    gatewayTap.requests.length = 0;
    const answer = await sendRaw(fronts.serverOf(), [
      "PUT /api/bff/profile/me/pins HTTP/1.1",
      `Host: ${new URL(fronts.origin).host}`,
      `Cookie: ${cookieOf(member.sid).cookie}`,
      "X-Mullion-Csrf: 1",
      "Content-Type: application/json",
      ...lines,
    ]);
    expect(answer.status).toBe(400);
    expect(answer.answers).toBe(1);
    expect(gatewayTap.requests.filter(({ url }) => url.includes("identity"))).toEqual([]);
  });
}

for (const request of [
  "TRACE /",
  "TRACE /api/bff/profile/me",
  "TRACE /api/session",
  "TRACK /api/bff/profile/me",
]) {
  test(`SEC-31 ${request} is refused and echoes nothing`, async ({ fronts, member, gatewayTap }) => {
    gatewayTap.requests.length = 0;
    const answer = await sendRaw(fronts.serverOf(), [
      `${request} HTTP/1.1`,
      `Host: ${new URL(fronts.origin).host}`,
      `Cookie: ${cookieOf(member.sid).cookie}`,
      "X-Mullion-Csrf: 1",
      "Connection: close",
      "",
      "",
    ]);
    // TRACK is no method of HTTP: the parser refuses it.
    expect(answer.status).toBe(request.startsWith("TRACE") ? 405 : 400);
    expect(answer.text).not.toContain(member.sid);
    expect(gatewayTap.requests).toEqual([]);
  });
}

test("SEC-31 CONNECT opens no tunnel", async ({ fronts, platform }) => {
  const target = `127.0.0.1:${String(platform.ports.gateway)}`;
  const answer = await sendRaw(fronts.serverOf(), [`CONNECT ${target} HTTP/1.1`, `Host: ${target}`, "", ""]);
  expect(answer.status).not.toBe(200);
  expect(answer.text).not.toContain("Connection Established");
});
