import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CuttableLine, createLine } from "../../test/cuttable-line.ts";
import { startIdentity, type TestIdentity } from "../../test/identity.ts";
import { SpaPage, spaClient, spaOrigin } from "../../test/spa-page.ts";

const email = "member@mullion.test";
const calls = 600;

describe("the session API under pressure", () => {
  let identity: TestIdentity;
  let postgres: CuttableLine;
  let redis: CuttableLine;

  beforeAll(async () => {
    postgres = await createLine(5432);
    redis = await createLine(6379);
    identity = await startIdentity({
      extraClients: [spaClient],
      databaseUrl: postgres.through,
      redisUrl: redis.through,
    });
    await identity.addUser(email, ["member"]);
  });
  afterAll(async () => {
    await identity.close();
    await postgres.cut();
    await redis.cut();
  });

  it.each([
    ["Postgres", () => postgres],
    ["Redis", () => redis],
  ])(
    "while %s is gone it answers 503 and when to come back, keeps the cookie, and recovers",
    async (_name, line) => {
      const page = new SpaPage(identity);
      await page.signIn(email);
      const { cookie } = page;
      await line().cut();
      for (const attempt of [() => page.refresh(), () => page.signIn(email)]) {
        const response = await attempt();
        expect(response.status).toBe(503);
        expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
        expect(response.headers.getSetCookie()).toEqual([]);
      }
      await line().mend();
      await expect.poll(async () => (await page.refresh()).status, { timeout: 10_000 }).toBe(200);
      expect(page.cookie).not.toBe(cookie);
    },
  );

  it("S4.1 the limit comes before origin and body, these before credentials; every error can be read by the page", async () => {
    await identity.redis.del("mullion:identity:limit:spa-address:127.0.0.1");
    const page = new SpaPage(identity);
    const statusOf = async (attempt: Promise<Response>): Promise<number> => {
      const response = await attempt;
      await response.body?.cancel();
      expect(response.headers.get("x-request-id")).not.toBeNull();
      expect(response.headers.get("access-control-allow-origin"), String(response.status)).toBe(spaOrigin);
      return response.status;
    };
    const withoutHeader = { "x-mullion-csrf": undefined };
    expect(await statusOf(page.call("POST", "/session", "{", withoutHeader))).toBe(403);
    expect(await statusOf(page.call("POST", "/session", "{"))).toBe(400);
    expect(await statusOf(page.call("POST", "/session", { email }))).toBe(400);
    expect(await statusOf(page.call("POST", "/session", { email, password: "wrong" }))).toBe(401);
    expect(await statusOf(page.refresh())).toBe(401);
    for (let sent = 5; sent < calls; sent += 35) {
      await Promise.all(Array.from({ length: Math.min(35, calls - sent) }, () => statusOf(page.refresh())));
    }
    expect(await statusOf(page.call("POST", "/session", "{", withoutHeader))).toBe(429);
    expect(await statusOf(page.call("POST", "/session", "{"))).toBe(429);
  });
});
