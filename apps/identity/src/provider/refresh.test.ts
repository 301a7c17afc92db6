import { identityAudience } from "@mullion/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browser } from "../../test/browser.ts";
import { password, startIdentity, type TestIdentity } from "../../test/identity.ts";
import {
  decodeClaims,
  everyIdentityScope,
  openSignIn,
  RelyingParty,
  signIn,
} from "../../test/relying-party.ts";

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
      "update refresh_tokens set payload = payload || jsonb_build_object('exp', $1::int)",
      [Math.floor(Date.now() / 1000) + 100],
    );
    const second = await shell.refreshed(first.refresh_token);
    expect(second.refresh_token).toMatch(/^[\w-]{43}$/);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    const { rows } = await identity.pool.query<{ left: number }>(
      "select extract(epoch from expires_at - now())::int as left from refresh_tokens where consumed_at is null",
    );
    expect(rows.length).toBe(1);
    expect(rows[0]?.left).toBeLessThanOrEqual(100);
  });

  it("a refresh token lasts 45 days", async () => {
    const { refresh_token } = await signIn(shell, "member@mullion.test");
    const { rows } = await identity.pool.query<{ days: number }>(
      `select extract(epoch from expires_at - created_at) / 86400 as days from refresh_tokens
       order by created_at desc limit 1`,
    );
    expect(Number(rows[0]?.days)).toBeCloseTo(45, 1);
    expect((await shell.refresh(refresh_token)).status).toBe(200);
  });

  it("S2.3 reuse of a rotated refresh token revokes the family", async () => {
    const first = await signIn(shell, "member@mullion.test");
    const second = await shell.refreshed(first.refresh_token);
    const reuse = await shell.refresh(first.refresh_token);
    expect(reuse.status).toBe(400);
    expect(await reuse.json()).toMatchObject({ error: "invalid_grant" });
    expect((await shell.refresh(second.refresh_token ?? "")).status).toBe(400);
    expect(await identity.auditedActions()).toContain("token.reuse");
  });

  it("SEC-57 concurrent refreshes with one token leave at most one live leaf", async () => {
    for (let round = 0; round < 5; round += 1) {
      await identity.pool.query("delete from grants");
      const { refresh_token } = await signIn(shell, "member@mullion.test");
      const answers = await Promise.all(Array.from({ length: 12 }, () => shell.refresh(refresh_token)));
      expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
      expect(answers.every(({ status }) => status === 200 || status === 400)).toBe(true);
      const { rows } = await identity.pool.query<{ live: number }>(
        "select count(*)::int as live from refresh_tokens where consumed_at is null",
      );
      expect(rows[0]?.live).toBeLessThanOrEqual(1);
    }
  });

  it("a change of roles shows at the next refresh, in claims and scopes, in both directions", async () => {
    const id = await identity.addUser("changing@mullion.test", ["viewer"]);
    const first = await signIn(shell, "changing@mullion.test");
    const setRole = (role: string) =>
      identity.pool.query("update user_roles set role = $2 where user_id = $1", [id, role]);

    await setRole("admin");
    const promoted = await shell.refreshed(first.refresh_token, identityAudience);
    expect(decodeClaims(promoted.access_token)).toMatchObject({
      roles: ["admin"],
      scope: everyIdentityScope,
    });
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

  async function dumpPostgres(): Promise<string> {
    const tables = await identity.pool.query<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public'",
    );
    const rows = await Promise.all(
      tables.rows.map(({ name }) =>
        identity.pool.query<{ row: string }>(`select t::text as row from ${name} t`),
      ),
    );
    return rows.flatMap((result) => result.rows.map(({ row }) => row)).join("\n");
  }

  async function dumpRedis(): Promise<string> {
    const keys = await identity.redis.keys(`${identity.keyPrefix}mullion:identity:*`);
    const names = keys
      .map((key) => key.slice(identity.keyPrefix.length))
      .filter((key) => !key.includes(":limit:"));
    const values = await Promise.all(names.map((name) => identity.redis.hgetall(name)));
    return JSON.stringify([names, values]);
  }

  it("neither Postgres nor Redis holds a usable token, code, cookie or key", async () => {
    const browser = new Browser();
    const authorization = await shell.authorization();
    const form = await openSignIn(browser, authorization);
    const interaction = await dumpRedis();
    const interactionCookie = browser.cookies.find(({ name }) => name === "mullion_interaction")?.value ?? "";
    expect(interaction).toContain("mullion:identity:Interaction:");
    expect(interactionCookie.length).toBeGreaterThan(20);
    expect(interaction).not.toContain(interactionCookie);

    const { url } = await browser.follow(await browser.post(form, { email: "admin@mullion.test", password }));
    const code = new URL(url).searchParams.get("code") ?? "none";
    const beforeRedeemed = await dumpRedis();
    expect(beforeRedeemed).toContain("mullion:identity:AuthorizationCode:");
    expect(beforeRedeemed).not.toContain(code);

    const { access_token, refresh_token = "none" } = await shell.tokens(authorization, url);
    const sessionCookie = browser.cookies.find(({ name }) => name === "mullion_identity")?.value ?? "none";
    const dump = await dumpPostgres();
    expect(dump).toContain("admin@mullion.test");
    for (const secret of [refresh_token, access_token, sessionCookie, code, password, '"d":']) {
      expect(dump).not.toContain(secret);
    }
  });
});
