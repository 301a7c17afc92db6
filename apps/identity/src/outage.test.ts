import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browser } from "../test/browser.ts";
import { type CuttableLine, createLine } from "../test/cuttable-line.ts";
import { password, startIdentity, type TestIdentity } from "../test/identity.ts";
import { openSignIn, RelyingParty, signIn } from "../test/relying-party.ts";

describe("while Redis or Postgres is gone", () => {
  let identity: TestIdentity;
  let shell: RelyingParty;
  let redis: CuttableLine;
  let postgres: CuttableLine;

  beforeAll(async () => {
    redis = await createLine(6379);
    postgres = await createLine(5432);
    identity = await startIdentity({ redisUrl: redis.through, databaseUrl: postgres.through });
    shell = await RelyingParty.discover(identity);
    await identity.addUser("member@mullion.test", ["member"]);
  });
  afterAll(async () => {
    await identity.close();
    await redis.cut();
    await postgres.cut();
  });

  const readiness = async (): Promise<number> => (await fetch(`${identity.issuer}/readyz`)).status;

  function expectUnavailable(response: Response): void {
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(response.headers.get("location")).toBeNull();
  }

  it("without Redis, signing in answers 503 with a page and recovers unaided", async () => {
    const browser = new Browser();
    const authorization = await shell.authorization();
    const form = await openSignIn(browser, authorization);
    await redis.cut();
    expectUnavailable(await new Browser().get((await shell.authorization()).url));
    const posted = await browser.post(form, { email: "member@mullion.test", password });
    expectUnavailable(posted);
    expect(await posted.text()).toContain("Back in a moment");
    expect(await readiness()).toBe(503);

    await redis.mend();
    await expect.poll(readiness, { timeout: 10_000 }).toBe(200);
    const { url } = await browser.follow(
      await browser.post(form, { email: "member@mullion.test", password }),
    );
    expect((await shell.tokens(authorization, url)).refresh_token).toBeDefined();
  });

  it("without Redis, a refresh goes on", async () => {
    const { refresh_token } = await signIn(shell, "member@mullion.test");
    await redis.cut();
    const { refresh_token: next = "" } = await shell.refreshed(refresh_token);
    expect((await shell.refresh(refresh_token)).status).toBe(200);
    expect((await shell.refresh(next)).status).toBe(200);
    await redis.mend();
    await expect.poll(readiness, { timeout: 10_000 }).toBe(200);
  });

  it("without Postgres, a refresh answers 503, spends nothing, and works afterwards", async () => {
    const { refresh_token } = await signIn(shell, "member@mullion.test");
    await postgres.cut();
    expectUnavailable(await shell.refresh(refresh_token));
    expect(await readiness()).toBe(503);
    expect((await fetch(`${identity.issuer}/healthz`)).status).toBe(200);

    await postgres.mend();
    await expect.poll(readiness, { timeout: 10_000 }).toBe(200);
    expect((await shell.refresh(refresh_token)).status).toBe(200);
  });

  it("without Postgres, no token leaves that the audit log does not know of", async () => {
    await postgres.cut();
    const headers = new Headers();
    const body = new URLSearchParams({ grant_type: "client_credentials", scope: "registry:read" });
    await shell.authenticate(shell.server, shell.client, body, headers);
    const response = await fetch(`${identity.issuer}/token`, { method: "POST", headers, body });
    expectUnavailable(response);
    expect(await response.text()).not.toContain("access_token");
    await postgres.mend();
    await expect.poll(readiness, { timeout: 10_000 }).toBe(200);
  });
});
