import { identityAudience, userListSchema, userSchema } from "@mullion/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clients, startIdentity, type TestIdentity } from "../../test/identity.ts";
import { RelyingParty, signIn } from "../../test/relying-party.ts";
import { setRoles } from "./user-store.ts";

describe("the admin API", () => {
  let identity: TestIdentity;
  let adminId: string;
  let viewerId: string;
  let adminToken: string;
  let viewerToken: string;
  let apiToken: string;

  beforeAll(async () => {
    identity = await startIdentity();
    const shell = await RelyingParty.discover(identity);
    adminId = await identity.addUser("admin@mullion.test", ["admin"]);
    viewerId = await identity.addUser("viewer@mullion.test", ["viewer"]);
    const admin = await signIn(shell, "admin@mullion.test");
    apiToken = admin.access_token;
    ({ access_token: adminToken } = await shell.refreshed(admin.refresh_token, identityAudience));
    const viewer = await signIn(shell, "viewer@mullion.test");
    ({ access_token: viewerToken } = await shell.refreshed(viewer.refresh_token, identityAudience));
  });
  afterAll(async () => {
    await identity.close();
  });

  const list = (token?: string): Promise<Response> =>
    fetch(`${identity.issuer}/identity/users`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
  const patch = (id: string, body: unknown, token = adminToken): Promise<Response> =>
    fetch(`${identity.issuer}/identity/users/${id}`, {
      method: "PATCH",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });

  it("lists users with their roles and last sign-in", async () => {
    const { users } = userListSchema.parse(await (await list(adminToken)).json());
    expect(users.map(({ email, roles }) => [email, roles])).toEqual([
      ["admin@mullion.test", ["admin"]],
      ["viewer@mullion.test", ["viewer"]],
    ]);
    expect(users.every(({ lastSignInAt }) => lastSignInAt !== null)).toBe(true);
  });

  it("answers 401 without a token and 403 to one without the scope", async () => {
    expect((await list()).status).toBe(401);
    expect((await list("nonsense")).status).toBe(401);
    expect((await list(viewerToken)).status).toBe(403);
    expect((await patch(viewerId, { roles: ["admin"] }, viewerToken)).status).toBe(403);
  });

  it("S4.1 looks at the token before the body: 401, 403, and only then 400", async () => {
    const status = async (token?: string): Promise<number> => {
      const headers = {
        "content-type": "application/json",
        ...(token && { authorization: `Bearer ${token}` }),
      };
      const url = `${identity.issuer}/identity/users/${viewerId}`;
      return (await fetch(url, { method: "PATCH", headers, body: "{" })).status;
    };
    expect(await status()).toBe(401);
    expect(await status(viewerToken)).toBe(403);
    expect(await status(adminToken)).toBe(400);
  });

  it("takes only tokens that are for identity, whoever holds them", async () => {
    const refused = await list(apiToken);
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toContain('error="invalid_token"');
  });

  it("does not take a client's own token for a user's", async () => {
    const gateway = await RelyingParty.discover(identity, clients.gateway);
    const { access_token } = await gateway.clientCredentials("users:read", identityAudience);
    expect((await list(access_token)).status).toBe(403);
  });

  it("changes roles and writes who did it to the audit log", async () => {
    const response = await patch(viewerId, { roles: ["member", "viewer"] });
    expect(userSchema.parse(await response.json()).roles).toEqual(["member", "viewer"]);
    const { rows } = await identity.pool.query(
      "select user_id, details from audit_log where action = 'user.roles'",
    );
    expect(rows).toEqual([{ user_id: adminId, details: { user: viewerId, roles: ["member", "viewer"] } }]);
  });

  it("never takes the role from the last administrator, not even from two at the same time", async () => {
    const refused = await patch(adminId, { roles: ["member"] });
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ code: "last_admin" });

    await setRoles(identity.pool, viewerId, ["admin"]);
    const changes = await Promise.allSettled(
      [adminId, viewerId].map((id) => setRoles(identity.pool, id, ["member"])),
    );
    expect(changes.filter(({ status }) => status === "rejected")).toEqual([
      { status: "rejected", reason: expect.objectContaining({ code: "last_admin" }) as unknown },
    ]);
    await setRoles(identity.pool, adminId, ["admin"]);
  });

  it.each([[{ roles: [] }], [{ roles: ["owner"] }], [{ roles: ["viewer"], name: "x" }], [{}]])(
    "refuses %j and says where it is wrong",
    async (body) => {
      const response = await patch(viewerId, body);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ code: "invalid_body" });
    },
  );

  it.each(["00000000-0000-4000-8000-000000000000", "not-a-uuid"])("knows no user %s", async (id) => {
    const response = await patch(id, { roles: ["viewer"] });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: "user_not_found" });
  });
});
