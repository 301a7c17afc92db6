import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { apiRoutes, problemSchema, serviceRoutes } from "@mullion/contracts";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestGateway, type TestGateway } from "./test-gateway.ts";

const routes = serviceRoutes(apiRoutes);
let gateway: TestGateway;
let authorization: string;

beforeAll(async () => {
  gateway = await createTestGateway();
  authorization = await gateway.bearer();
});

beforeEach(() => {
  gateway.upstream.received.length = 0;
  gateway.upstream.handle = (_request, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true}');
  };
});

afterAll(() => gateway.close());

/** Sends bytes as they are: fetch would tidy up what these tests are about. Returns everything that came back. */
async function raw(head: string[], body = ""): Promise<string> {
  const socket = connect(gateway.port, "127.0.0.1");
  await once(socket, "connect");
  socket.write([...head, "Connection: close", "", body].join("\r\n"));
  return text(socket);
}

function statusOf(answer: string): number {
  return Number(answer.split(" ", 2)[1]);
}

function get(target: string, ...fields: string[]): Promise<string> {
  return raw([`GET ${target} HTTP/1.1`, "Host: localhost", `Authorization: ${authorization}`, ...fields]);
}

describe("what is served", () => {
  it.each(["/", "/profile", "/profile/me/", "/profile/me/preferences/x", "/insights/events", "/Profile/me"])(
    "SEC-26 unlisted path %s is 404",
    async (path) => {
      const response = await fetch(gateway.url + path, { headers: { authorization } });
      expect(response.status).toBe(404);
      expect(problemSchema.parse(await response.json())).toMatchObject({ code: "not_found" });
      expect(gateway.upstream.received).toEqual([]);
    },
  );

  it.each(routes)("SEC-26 $path has no method but those listed", async (route) => {
    const path = route.path.replace(/:\w+/g, "1");
    const fits = (template: string): boolean =>
      new RegExp(`^${template.replaceAll(/:\w+/g, "[^/]+")}$`).test(path);
    const allowed = routes.filter((other) => fits(other.path)).map(({ method }) => method);
    const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"];
    for (const method of methods.filter((name) => !(allowed as string[]).includes(name))) {
      const answer = await raw([
        `${method} ${path} HTTP/1.1`,
        "Host: localhost",
        `Authorization: ${authorization}`,
      ]);
      expect(statusOf(answer), method).toBe(405);
      expect(answer.toLowerCase(), method).toContain(`\r\nallow: ${allowed.join(", ").toLowerCase()}\r\n`);
    }
    expect(gateway.upstream.received).toEqual([]);
  });

  it.each([
    "/profile/../profile/me",
    "/profile/./me",
    "/profile/%2e%2e/profile/me",
    "/profile/%252e%252e/profile/me",
    "/profile%2fme",
    "/profile\\me",
    "/profile/%5cme",
    "/identity/users/..",
    "//evil.test/profile/me",
    "/profile//me",
    "http://evil.test/profile/me",
    "/profile/me%00",
    "/profile/me;x=/../y",
    "/insights/summary?days=1#x",
    "/%zz",
  ])("SEC-27 target %s is 400", async (target) => {
    expect(statusOf(await get(target))).toBe(400);
    expect(gateway.upstream.received).toEqual([]);
  });

  it("passes the query on as it came", async () => {
    await get("/insights/summary?days=7&x=%2e%2e&x=a+b");
    expect(gateway.upstream.received[0]?.url).toBe("/insights/summary?days=7&x=%2e%2e&x=a+b");
  });
});

describe("header fields", () => {
  it("SEC-28 no field that claims who or where the caller is reaches a service", async () => {
    const claims = [
      "Cookie: session=x",
      "Forwarded: for=10.0.0.1",
      "X-Forwarded-For: 10.0.0.1",
      "X-Forwarded-Host: evil.test",
      "X_Forwarded_For: 10.0.0.1",
      "X-Real-IP: 10.0.0.1",
      "X-User-Id: admin",
      "X_User_Id: admin",
      "X-User-Roles: admin",
      "X-Original-URL: /identity/users",
      "X-HTTP-Method-Override: DELETE",
      "X-Middleware-Subrequest: middleware",
      "Proxy-Authorization: Basic eDp5",
      "TE: trailers",
      "Upgrade: h2c",
    ];
    expect(statusOf(await get("/profile/me", ...claims))).toBe(200);
    const received = Object.keys(gateway.upstream.received[0]?.headers ?? {});
    expect(received.toSorted()).toEqual(["authorization", "connection", "host", "x-request-id"]);
  });

  it("SEC-29 Connection cannot strip what the gateway sends", async () => {
    const answer = await raw([
      "GET /profile/me HTTP/1.1",
      "Host: localhost",
      `Authorization: ${authorization}`,
      "Connection: authorization, x-request-id",
    ]);
    expect(statusOf(answer)).toBe(200);
    expect(gateway.upstream.received[0]?.headers).toMatchObject({
      authorization,
      "x-request-id": expect.any(String) as string,
    });
  });

  it("keeps a well-formed request id and replaces any other", async () => {
    const kept = await get("/profile/me", "X-Request-Id: 0123456789abcdef");
    expect(kept).toContain("\r\nx-request-id: 0123456789abcdef\r\n");
    expect(gateway.upstream.received[0]?.headers["x-request-id"]).toBe("0123456789abcdef");
    const replaced = await get("/profile/me", 'X-Request-Id: "level":"fatal"');
    expect(replaced).not.toContain("fatal");
    expect(replaced).toMatch(/\r\nx-request-id: [0-9a-f-]{36}\r\n/);
  });

  it("SEC-24 a service's cookies and echoed credentials do not reach the caller", async () => {
    gateway.upstream.handle = (request, response) => {
      response
        .writeHead(200, {
          "set-cookie": ["a=1", "b=2"],
          authorization: request.headers.authorization ?? "",
          "x-echo": request.headers.authorization ?? "",
          "access-control-allow-origin": "*",
          server: "upstream/1.0",
          etag: '"v1"',
        })
        .end("{}");
    };
    const response = await fetch(`${gateway.url}/profile/me`, { headers: { authorization } });
    const fields = [...response.headers.keys()];
    expect(fields).toContain("etag");
    for (const name of ["set-cookie", "authorization", "x-echo", "access-control-allow-origin", "server"]) {
      expect(fields, name).not.toContain(name);
    }
  });
});

describe("framing", () => {
  const post = ["POST /insights/annotations HTTP/1.1", "Host: localhost", "Content-Type: application/json"];

  it.each([
    ["length and chunks", ["Content-Length: 4", "Transfer-Encoding: chunked"]],
    ["two lengths", ["Content-Length: 4", "Content-Length: 5"]],
    ["an unknown encoding", ["Transfer-Encoding: xchunked"]],
    ["a line break inside a field", ["X-Test: a\rb"]],
  ])("SEC-30 a message with %s is 400", async (_name, fields) => {
    const answer = await raw([...post, `Authorization: ${authorization}`, ...fields], "0\r\n\r\n");
    expect(statusOf(answer)).toBe(400);
    expect(gateway.upstream.received).toEqual([]);
  });
});
