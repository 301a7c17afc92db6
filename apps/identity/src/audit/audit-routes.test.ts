import { auditPageSchema, auditVerificationSchema, identityAudience } from "@mullion/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { password, startIdentity, type TestIdentity } from "../../test/identity.ts";
import { RelyingParty, signIn } from "../../test/relying-party.ts";

describe("the API of the audit log", () => {
  let identity: TestIdentity;
  let adminId: string;
  let viewerId: string;
  const tokens: Record<"admin" | "viewer", string> = { admin: "", viewer: "" };

  beforeAll(async () => {
    identity = await startIdentity();
    const shell = await RelyingParty.discover(identity);
    adminId = await identity.addUser("admin@mullion.test", ["admin"]);
    viewerId = await identity.addUser("viewer@mullion.test", ["viewer"]);
    for (const name of ["admin", "viewer"] as const) {
      const { refresh_token } = await signIn(shell, `${name}@mullion.test`);
      tokens[name] = (await shell.refreshed(refresh_token, identityAudience)).access_token;
    }
  });
  afterAll(async () => {
    await identity.close();
  });

  const get = (path: string, token = tokens.admin): Promise<Response> =>
    fetch(`${identity.issuer}/identity/audit${path}`, { headers: { authorization: `Bearer ${token}` } });
  const page = async (query: string) => auditPageSchema.parse(await (await get(query)).json());

  it("S3.9 shows sign-ins and tokens, newest first, by whom and from where", async () => {
    const all = await page("");
    expect(all.next).toBeNull();
    // The client file was read before.
    const entries = all.entries.filter(({ action }) => action !== "client.file");
    expect(entries.map(({ action, user }) => [action, user?.name])).toEqual([
      ["token.refresh_token", "viewer"],
      ["token.authorization_code", "viewer"],
      ["signin.success", "viewer"],
      ["token.refresh_token", "admin"],
      ["token.authorization_code", "admin"],
      ["signin.success", "admin"],
    ]);
    expect(entries[0]).toMatchObject({ clientId: "mullion-shell", user: { id: viewerId } });
    expect(entries.every(({ address }) => address !== null)).toBe(true);
  });

  it("finds by person, by action and by group of actions", async () => {
    expect((await page(`?user=${adminId}`)).entries.map(({ user }) => user?.id)).toEqual([
      adminId,
      adminId,
      adminId,
    ]);
    expect((await page("?action=signin")).entries).toHaveLength(2);
    expect((await page("?action=signin.success")).entries).toHaveLength(2);
    expect((await page("?action=sign")).entries).toEqual([]);
  });

  it("pages without leaving out or repeating an entry", async () => {
    const all = (await page("")).entries.map(({ id }) => id);
    const seen: string[] = [];
    for (let before: string | null = ""; before !== null; ) {
      const { entries, next } = await page(`?limit=4${before === "" ? "" : `&before=${before}`}`);
      seen.push(...entries.map(({ id }) => id));
      before = next;
    }
    expect(seen).toEqual(all);
  });

  it.each(["?limit=0", "?limit=201", "?before=x", "?user=me", "?action=%25", "?page=2"])(
    "refuses %s and says what is wrong",
    async (query) => {
      const response = await get(query);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ code: "invalid_query" });
    },
  );

  it("is for those with audit:read", async () => {
    expect((await get("", tokens.viewer)).status).toBe(403);
    expect((await get("/verification", tokens.viewer)).status).toBe(403);
    expect((await get("", "")).status).toBe(401);
  });

  it("S3.9 tells which entry was altered behind the log's back", async () => {
    const verify = async () => auditVerificationSchema.parse(await (await get("/verification")).json());
    const { entries, brokenAt } = await verify();
    expect([entries > 6, brokenAt]).toEqual([true, null]);
    await identity.pool.query("alter table audit_log disable trigger audit_log_append_only");
    await identity.pool.query("update audit_log set address = '10.0.0.1' where id = 4");
    expect(await verify()).toEqual({ entries, brokenAt: "4" });
  });

  it("never holds a password or a token", async () => {
    const { rows } = await identity.pool.query<{ all: string }>(
      "select coalesce(string_agg(a::text, ' '), '') as all from audit_log a",
    );
    for (const secret of [password, tokens.admin, tokens.viewer]) expect(rows[0]?.all).not.toContain(secret);
  });
});
