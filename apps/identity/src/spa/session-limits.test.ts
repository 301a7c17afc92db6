import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type CuttableLine, createLine } from "../../test/cuttable-line.ts";
import { startIdentity, type TestIdentity } from "../../test/identity.ts";
import { SpaPage, spaClient, spaOrigin } from "../../test/spa-page.ts";

const email = "member@mullion.test";

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
});

it("SEC-60 S4.1 the limit, shared by all instances, comes before origin and body, these before credentials", async () => {
  const options = { extraClients: [spaClient], limits: { sessionPerAddress: { max: 6, windowSeconds: 60 } } };
  const identity = await startIdentity(options);
  onTestFinished(() => identity.close());
  const beside = await startIdentity({ ...options, beside: identity });
  onTestFinished(() => beside.close());
  const [page, other] = [new SpaPage(identity), new SpaPage(beside)];
  const refusals: string[] = [];
  const withoutHeader = { "x-mullion-csrf": undefined };
  for (const attempt of [
    () => page.call("POST", "/session", "{", withoutHeader),
    () => other.call("POST", "/session", "{"),
    () => page.call("POST", "/session", { email }),
    () => other.call("POST", "/session", { email, password: "wrong" }),
    () => page.refresh(),
    () => other.signOut(),
    () => page.call("POST", "/session", "{", withoutHeader),
    () => other.call("POST", "/session", "{"),
  ]) {
    const response = await attempt();
    // Whatever it is, the page can read it and name it to the operator.
    expect(response.headers.get("access-control-allow-origin")).toBe(spaOrigin);
    expect(response.headers.get("x-request-id")).not.toBeNull();
    const { code } = response.status === 204 ? { code: "" } : ((await response.json()) as { code: string });
    refusals.push(`${String(response.status)} ${code}`);
  }
  expect(refusals).toEqual([
    "403 cross_site_request",
    "400 invalid_json",
    "400 invalid_body",
    "401 invalid_credentials",
    "401 no_session",
    "204 ",
    "429 too_many_attempts",
    "429 too_many_attempts",
  ]);
});
