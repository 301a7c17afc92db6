import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AccountVisit, visitAccount } from "../../test/account.ts";
import { type CuttableLine, createLine } from "../../test/cuttable-line.ts";
import { type FederatedIdentity, startFederatedIdentity } from "../../test/upstream-journey.ts";
import { findUser } from "../users/user-store.ts";

const email = "member@mullion.test";

describe("the account area while Redis or Postgres is gone", () => {
  let all: FederatedIdentity;
  let redis: CuttableLine;
  let postgres: CuttableLine;
  let visit: AccountVisit;
  let userId: string;

  beforeAll(async () => {
    redis = await createLine(6379);
    postgres = await createLine(5432);
    all = await startFederatedIdentity({ redisUrl: redis.through, databaseUrl: postgres.through });
    userId = await all.identity.addUser(email, ["member"]);
    visit = await visitAccount(all.identity, email);
  });
  afterAll(async () => {
    await all.close();
    await redis.cut();
    await postgres.cut();
  });

  const readiness = async (): Promise<number> => (await fetch(`${all.identity.issuer}/readyz`)).status;
  const mended = async (line: CuttableLine): Promise<void> => {
    await line.mend();
    await expect.poll(readiness, { timeout: 10_000 }).toBe(200);
  };

  it("answers 503 with a page without Postgres, changes nothing, and goes on unaided", async () => {
    await postgres.cut();
    const response = await visit.browser.get(`${all.identity.issuer}/account`);
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await response.text()).toContain("Back in a moment");
    expect((await visit.send("/account/name", { name: "Mallory" })).status).toBe(503);

    await mended(postgres);
    expect((await visit.open("/account")).page).toContain(email);
    expect((await findUser(all.identity.pool, userId))?.name).not.toBe("Mallory");
  });

  it("goes on without Redis; only ways to other providers answer 503", async () => {
    await redis.cut();
    expect((await visit.send("/account/name", { name: "Ada" })).page).toContain("Your name was changed.");
    const link = `${all.identity.issuer}/account/linked-accounts/google`;
    expect((await visit.browser.get(link, { "sec-fetch-site": "same-origin" })).status).toBe(503);

    await mended(redis);
    expect((await visit.browser.get(link, { "sec-fetch-site": "same-origin" })).status).toBe(303);
  });
});
