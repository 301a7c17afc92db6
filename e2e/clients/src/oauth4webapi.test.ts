import { startIdentity, type TestIdentity } from "@mullion/identity/testing";
import { RelyingParty, signIn } from "@mullion/identity/testing/relying-party";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { createPerson, type Person } from "./person.ts";
import { supports } from "./support-table.ts";

/** Identity's own tests play their clients with this library: what they do all the time, once for the table. */
describe("oauth4webapi", () => {
  let identity: TestIdentity;
  let person: Person;
  let party: RelyingParty;
  let tokens: Awaited<ReturnType<typeof signIn>>;
  beforeAll(async () => {
    identity = await startIdentity();
    person = await createPerson(identity);
    party = await RelyingParty.discover(identity);
  });
  afterAll(() => identity.close());

  supports("oauth4webapi", "sign-in", async () => {
    tokens = await signIn(party, person.email);
    expect(tokens).toMatchObject({ token_type: "bearer" });
  });

  supports("oauth4webapi", "refresh", async () => {
    const refreshed = await party.refreshed(tokens.refresh_token);
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
    tokens = { ...tokens, ...refreshed, refresh_token: refreshed.refresh_token ?? "" };
  });

  supports("oauth4webapi", "revoke", async () => {
    await party.revoke(tokens.refresh_token);
    expect(await party.introspect(tokens.access_token)).toMatchObject({ active: false });
    expect((await party.refresh(tokens.refresh_token)).status).toBe(400);
  });
});
