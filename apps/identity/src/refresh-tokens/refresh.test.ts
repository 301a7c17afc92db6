import { identityAudience } from "@mullion/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIdentity, type TestIdentity } from "../../test/identity.ts";
import { decodeClaims, everyIdentityScope, RelyingParty, signIn } from "../../test/relying-party.ts";

describe("refresh tokens", () => {
  let identity: TestIdentity;
  let shell: RelyingParty;

  beforeAll(async () => {
    identity = await startIdentity();
    shell = await RelyingParty.discover(identity);
    await identity.addUser("admin@mullion.test", ["admin"]);
    await identity.addUser("member@mullion.test", ["member"]);
  });
  afterAll(async () => {
    await identity.close();
  });

  it("S3.3 every refresh gives another refresh token, and the whole chain ends 45 days after the sign-in", async () => {
    const first = await signIn(shell, "member@mullion.test");
    await identity.pool.query(
      "update refresh_families set payload = payload || jsonb_build_object('exp', $1::int)",
      [Math.floor(Date.now() / 1000) + 100],
    );
    const second = await shell.refreshed(first.refresh_token);
    expect(second.refresh_token).toMatch(/^[\w-]{43}$/);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    const third = await shell.refreshed(second.refresh_token ?? "");
    await identity.pool.query(
      "update refresh_families set payload = payload || jsonb_build_object('exp', $1::int)",
      [Math.floor(Date.now() / 1000) - 1],
    );
    expect((await shell.refresh(third.refresh_token ?? "")).status).toBe(400);
  });

  it("a refresh token lasts 45 days", async () => {
    const { refresh_token } = await signIn(shell, "member@mullion.test");
    const { rows } = await identity.pool.query<{ days: number }>(
      `select extract(epoch from expires_at - created_at) / 86400 as days from refresh_families
       order by created_at desc limit 1`,
    );
    expect(Number(rows[0]?.days)).toBeCloseTo(45, 1);
    expect((await shell.refresh(refresh_token)).status).toBe(200);
  });

  it("a change of roles shows at the next refresh, in claims and scopes, in both directions", async () => {
    const id = await identity.addUser("changing@mullion.test", ["viewer"]);
    const first = await signIn(shell, "changing@mullion.test");
    const setRole = (role: string) =>
      identity.pool.query("update user_roles set role = $2 where user_id = $1", [id, role]);

    await setRole("admin");
    const promoted = await shell.refreshed(first.refresh_token, identityAudience);
    const { roles, scope } = decodeClaims(promoted.access_token);
    expect(roles).toEqual(["admin"]);
    expect(String(scope).split(" ").toSorted()).toEqual(everyIdentityScope.split(" ").toSorted());
    await setRole("viewer");
    const demoted = await shell.refreshed(promoted.refresh_token ?? "");
    expect(decodeClaims(demoted.access_token)).toMatchObject({
      roles: ["viewer"],
      scope: "profile:read profile:write insights:read registry:read",
    });
    expect(decodeClaims(demoted.id_token ?? "")).toMatchObject({ roles: ["viewer"] });
  });

  it("a revoked refresh token is dead at once, and so is what came of it", async () => {
    const { refresh_token } = await signIn(shell, "member@mullion.test");
    const headers = new Headers();
    const body = new URLSearchParams({ token: refresh_token });
    await shell.authenticate(shell.server, shell.client, body, headers);
    const revoked = await fetch(shell.server.revocation_endpoint ?? "", { method: "POST", headers, body });
    expect(revoked.status).toBe(200);
    expect((await shell.refresh(refresh_token)).status).toBe(400);
  });

  it("the refresh tokens of a deleted user are dead", async () => {
    const id = await identity.addUser("leaving@mullion.test", ["member"]);
    const { refresh_token } = await signIn(shell, "leaving@mullion.test");
    await identity.pool.query("delete from users where id = $1", [id]);
    expect((await shell.refresh(refresh_token)).status).toBe(400);
  });
});
