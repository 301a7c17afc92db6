import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestPlatform, type TestPlatform } from "./test-platform.ts";

const codeOf = async (response: Response): Promise<unknown> => {
  const problem = (await response.json()) as { code?: unknown };
  return problem.code;
};

describe("BFF", () => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await startTestPlatform();
  });
  afterAll(async () => {
    await platform.close();
  });
  beforeEach(() => {
    platform.received.length = 0;
    platform.setGatewayAnswer((_request, response) => {
      response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true}');
    });
  });

  it("S0.6 attaches the session's access token between shell and gateway, and the data comes back", async () => {
    const response = await platform.call(await platform.signIn());
    expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
    expect(platform.received[0]?.headers["authorization"]).toBe("Bearer access-0");
    expect(platform.received[0]?.url).toBe("/profile/me");
  });

  it("streams a write's body through unchanged", async () => {
    const body = JSON.stringify({ pins: ["gateway"] });
    const init = { method: "PUT", body, headers: { "content-type": "application/json" } };
    const response = await platform.call(await platform.signIn(), "/profile/me/pins", init);
    expect(response.status).toBe(200);
    expect(platform.received[0]).toMatchObject({ method: "PUT", body });
  });

  it.each([
    ["no cookie", null],
    ["an invented session id", "x".repeat(43)],
  ])("SEC-6 answers 401 for %s", async (_name, sid) => {
    const response = await platform.call(sid);
    expect([response.status, await codeOf(response)]).toEqual([401, "no_session"]);
    expect(platform.received).toHaveLength(0);
  });

  it("SEC-7 ignores a session id in the query or in Authorization", async () => {
    const sid = await platform.signIn();
    const inQuery = await platform.call(null, `/profile/me?sid=${sid}`);
    const inHeader = await platform.call(null, "/profile/me", {
      headers: { authorization: `Bearer ${sid}` },
    });
    expect([inQuery.status, inHeader.status]).toEqual([401, 401]);
  });

  it.each([
    ["SEC-9 a foreign Origin", { origin: "https://evil.test" }, "cross_site"],
    ["SEC-11 Sec-Fetch-Site: cross-site", { "sec-fetch-site": "cross-site" }, "cross_site"],
    ["SEC-11 Sec-Fetch-Site: same-site", { "sec-fetch-site": "same-site" }, "cross_site"],
  ])("%s is refused with 403", async (_name, headers, code) => {
    const sid = await platform.signIn();
    const init = { method: "PUT", body: "{}", headers: { "content-type": "application/json", ...headers } };
    const response = await platform.call(sid, "/profile/me/pins", init);
    expect([response.status, await codeOf(response)]).toEqual([403, code]);
    expect(platform.received).toHaveLength(0);
  });

  it("SEC-10 a call without the custom header is refused with 403, a GET too", async () => {
    const sid = await platform.signIn();
    const response = await fetch(`${platform.fronts[0].url}/api/bff/profile/me`, {
      headers: { cookie: `sid=${sid}` },
    });
    expect([response.status, await codeOf(response)]).toEqual([403, "csrf_header_missing"]);
  });

  it.each(["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"])(
    "SEC-13 a body of type %s is refused",
    async (type) => {
      const init = { method: "PUT", body: "{}", headers: { "content-type": type } };
      const response = await platform.call(await platform.signIn(), "/profile/me/pins", init);
      expect(response.status).toBe(415);
    },
  );

  it("SEC-26 an unlisted path is 404, an unlisted method 405 with Allow", async () => {
    const sid = await platform.signIn();
    expect((await platform.call(sid, "/profile/other")).status).toBe(404);
    const wrong = await platform.call(sid, "/profile/me", { method: "DELETE" });
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "GET"]);
    expect(platform.received).toHaveLength(0);
  });

  it("SEC-27 the BFF's own path written with escapes is 400, whatever the router makes of it", async () => {
    const headers = { "x-mullion-csrf": "1", cookie: `sid=${await platform.signIn()}` };
    const answer = await fetch(`${platform.fronts[0].url}/api/%62ff/profile/me`, { headers });
    expect([answer.status, await codeOf(answer)]).toEqual([400, "path_invalid"]);
    expect(platform.received).toHaveLength(0);
  });

  it("SEC-28 cookies, credentials and forwarding headers of the browser never reach the gateway", async () => {
    const headers = {
      authorization: "Bearer forged",
      forwarded: "for=1.1.1.1",
      "x-forwarded-for": "1.1.1.1",
      "x-real-ip": "1.1.1.1",
      "x-user-id": "admin",
      x_forwarded_host: "evil.test",
    };
    await platform.call(await platform.signIn(), "/profile/me", { headers });
    const names = Object.keys(platform.received[0]?.headers ?? {});
    expect(names.sort()).toEqual([
      "accept",
      "accept-language",
      "authorization",
      "connection",
      "host",
      "x-request-id",
    ]);
    expect(platform.received[0]?.headers["authorization"]).toBe("Bearer access-0");
  });

  it("SEC-24 Set-Cookie and echoed credentials of a service do not reach the browser", async () => {
    platform.setGatewayAnswer((_request, response) => {
      const headers = {
        "set-cookie": "a=b",
        authorization: "Bearer access-0",
        "content-type": "application/json",
      };
      response.writeHead(200, headers).end("{}");
    });
    const response = await platform.call(await platform.signIn());
    expect(response.headers.get("set-cookie")).toBeNull();
    expect(response.headers.get("authorization")).toBeNull();
    expect(response.headers.get("cache-control")).toBe("no-store");
  });

  it("SEC-32 a redirect of a service is not followed with the token", async () => {
    platform.setGatewayAnswer((_request, response) =>
      response.writeHead(302, { location: "/profile/me" }).end(),
    );
    const response = await platform.call(await platform.signIn());
    expect([response.status, await codeOf(response)]).toEqual([502, "upstream_redirect"]);
    expect(platform.received).toHaveLength(1);
  });

  it("a body over the route's limit is refused with 413, with and without Content-Length", async () => {
    const sid = await platform.signIn();
    const big = "x".repeat(20_000);
    const headers = { "content-type": "application/json" };
    const declared = await platform.call(sid, "/profile/me/pins", { method: "PUT", body: big, headers });
    const chunked = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(big));
        controller.close();
      },
    });
    const init = { method: "PUT", body: chunked, headers, duplex: "half" } as RequestInit;
    const streamed = await platform.call(sid, "/profile/me/pins", init);
    expect([declared.status, streamed.status]).toEqual([413, 413]);
  });

  it("a gateway that refuses the connection is 502, the session is kept", async () => {
    const sid = await platform.signIn();
    platform.setGatewayAnswer((request) => request.socket.destroy());
    const response = await platform.call(sid);
    expect([response.status, await codeOf(response)]).toEqual([502, "upstream_unreachable"]);
    expect(await platform.store.read(sid)).not.toBeNull();
  });
});
