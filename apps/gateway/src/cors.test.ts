import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestGateway, type TestGateway } from "./test-gateway.ts";

const app = "https://app.example.com";
const stranger = "https://evil.example";

describe("pages of other origins", () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await createTestGateway({ corsOrigins: [app], perAddress: 5 });
  });
  afterAll(() => gateway.close());

  async function preflight(origin: string): Promise<Response> {
    return fetch(`${gateway.url}/profile/me/pins`, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "PUT",
        "access-control-request-headers": "authorization,content-type",
      },
    });
  }

  it("S4.5 a listed origin may call with a token of its own, and no cookie comes along", async () => {
    const asked = await preflight(app);
    expect(asked.status).toBe(204);
    expect(asked.headers.get("access-control-allow-origin")).toBe(app);
    expect(asked.headers.get("access-control-allow-headers")).toContain("authorization");
    expect(asked.headers.get("access-control-allow-methods")).toContain("PUT");

    const headers = { origin: app, authorization: await gateway.bearer() };
    const answer = await fetch(`${gateway.url}/profile/me`, { headers });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("access-control-allow-origin")).toBe(app);
    expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
    expect(answer.headers.get("vary")).toContain("Origin");
  });

  it.each([stranger, "null", `${app}.evil.example`, "http://app.example.com", `${app}:444`, "*"])(
    "S4.5 SEC-14 any other origin (%s) is told nothing",
    async (origin) => {
      for (const answer of [
        await preflight(origin),
        await fetch(`${gateway.url}/profile/me`, {
          headers: { origin, authorization: await gateway.bearer() },
        }),
      ]) {
        expect(answer.headers.get("access-control-allow-origin")).toBeNull();
        expect(answer.headers.get("access-control-allow-headers")).toBeNull();
      }
      expect((await preflight(origin)).status).not.toBe(204);
    },
  );

  it("S4.1 errors of every step can be read by the page: they carry request id and CORS fields", async () => {
    const status = async (path: string, init: RequestInit, authorization?: string): Promise<number> => {
      const headers = { origin: app, ...(authorization !== undefined && { authorization }) };
      const answer = await fetch(`${gateway.url}${path}`, { ...init, headers });
      expect(answer.headers.get("access-control-allow-origin"), String(answer.status)).toBe(app);
      expect(answer.headers.get("x-request-id")).not.toBeNull();
      return answer.status;
    };
    const put = { method: "PUT", body: "{" };
    const narrow = await gateway.bearer({ scope: "profile:read" });
    expect(await status("/profile//me", {})).toBe(400);
    expect(await status("/profile/me/pins", put, narrow)).toBe(403);
    for (let refused = 0; refused < 5; refused += 1) expect(await status("/profile/me/pins", put)).toBe(401);
    expect(await status("/profile/me/pins", put)).toBe(429);
    // The limit comes before the token: one that is good waits as well.
    expect(await status("/profile/me", {}, await gateway.bearer())).toBe(429);
    expect(gateway.upstream.received.filter(({ method }) => method === "PUT")).toEqual([]);
  });
});
