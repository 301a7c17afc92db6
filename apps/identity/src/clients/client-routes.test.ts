import {
  clientListSchema,
  clientSecretSchema,
  createdClientSchema,
  registeredClientSchema,
} from "@mullion/contracts/identity-clients";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Administrator, signInToAdminApi } from "../../test/administrator.ts";
import { audience, clients, startIdentity, type TestIdentity } from "../../test/identity.ts";
import { decodeClaims, RelyingParty, signIn } from "../../test/relying-party.ts";

const machine = { clientId: "robot", grantTypes: ["client_credentials"], scopes: ["events:write"] };
const web = {
  clientId: "crm",
  name: "CRM",
  grantTypes: ["authorization_code", "refresh_token"],
  redirectUris: ["https://crm.example/callback"],
  firstParty: true,
};

describe("the API of the clients", () => {
  let first: TestIdentity;
  let second: TestIdentity;
  let admin: Administrator;

  beforeAll(async () => {
    first = await startIdentity();
    second = await startIdentity({ beside: first });
    admin = await signInToAdminApi(first, "clients:read clients:write");
  });
  afterAll(async () => {
    await second.close();
    await first.close();
  });

  async function create(client: object): Promise<{ clientId: string; clientSecret: string }> {
    const response = await admin.call("POST", "/identity/clients", client);
    expect(response.status).toBe(201);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const created = createdClientSchema.parse(await response.json());
    return { clientId: created.client.clientId, clientSecret: created.clientSecret ?? "" };
  }

  /** Status of a token request by the client itself. */
  async function tokenStatus(at: TestIdentity, clientId: string, clientSecret: string): Promise<number> {
    const body = new URLSearchParams({ grant_type: "client_credentials", scope: "events:write" });
    const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;
    const response = await fetch(`${at.url}/token`, { method: "POST", headers: { authorization }, body });
    await response.body?.cancel();
    return response.status;
  }

  it("lists the clients of the file and those of the API, without a secret or its hash", async () => {
    const text = await (await admin.call("GET", "/identity/clients")).text();
    const list = clientListSchema.parse(JSON.parse(text)).clients;
    expect(list.filter(({ source }) => source === "file").map(({ clientId }) => clientId)).toEqual(
      expect.arrayContaining(first.clients.map(({ clientId }) => clientId)),
    );
    expect(text).not.toMatch(/secret_?hash|clientSecret"/i);
    expect(text).not.toContain(clients.shell.clientSecret);
  });

  it("S3.6 a client that was just registered gets its token from every instance", async () => {
    const { clientId, clientSecret } = await create(machine);
    expect(clientSecret).toMatch(/^[\w-]{43}$/);
    await expect.poll(() => tokenStatus(second, clientId, clientSecret)).toBe(200);
    expect(await tokenStatus(first, clientId, clientSecret)).toBe(200);
    expect(await tokenStatus(first, clientId, `${clientSecret}x`)).toBe(401);
  });

  it("S3.11 keeps no secret that a copy of the database would give away", async () => {
    const { clientSecret } = await create({ ...machine, clientId: "keeps-quiet" });
    const { rows } = await first.pool.query<{ row: string }>("select c::text as row from clients c");
    const stored = rows.map(({ row }) => row).join("\n");
    expect(stored).toContain("keeps-quiet");
    for (const secret of [clientSecret, clients.shell.clientSecret]) expect(stored).not.toContain(secret);
  });

  it("takes two secrets while one is replaced, until the overlap is over, and at once when there is none", async () => {
    const { clientId, clientSecret: oldest } = await create({ ...machine, clientId: "rotating" });
    const path = `/identity/clients/${clientId}/secret`;
    const replaced = await admin.call("POST", path, { overlapSeconds: 3600 });
    const { clientSecret: newer, previousSecretExpiresAt } = clientSecretSchema.parse(await replaced.json());
    expect(Date.parse(previousSecretExpiresAt ?? "") - Date.now()).toBeGreaterThan(3_590_000);
    await expect.poll(() => tokenStatus(second, clientId, newer)).toBe(200);
    expect(await tokenStatus(second, clientId, oldest)).toBe(200);

    await first.pool.query(
      "update clients set previous_secret_expires_at = now() - interval '1 second' where client_id = $1",
      [clientId],
    );
    await expect.poll(() => tokenStatus(second, clientId, oldest)).toBe(401);
    expect(await tokenStatus(second, clientId, newer)).toBe(200);

    const { clientSecret: newest } = clientSecretSchema.parse(
      await (await admin.call("POST", path, { overlapSeconds: 0 })).json(),
    );
    expect(await tokenStatus(first, clientId, newer)).toBe(401);
    expect(await tokenStatus(first, clientId, newest)).toBe(200);
  });

  it("a disabled client gets nothing and its users' tokens are inactive, until it is enabled again", async () => {
    const registered = await create({ ...web, clientId: "paused" });
    await first.addUser("paused@mullion.test", ["member"]);
    const party = await RelyingParty.discover(first, registered, web.redirectUris[0]);
    const shell = await RelyingParty.discover(first);
    const scope = "openid offline_access profile:read";
    const tokens = await signIn(party, "paused@mullion.test", { scope, resources: [audience] });
    expect(await shell.introspect(tokens.access_token)).toMatchObject({ active: true });

    await admin.call("PATCH", "/identity/clients/paused", { disabled: true });
    expect((await party.refresh(tokens.refresh_token)).status).toBe(401);
    expect(await shell.introspect(tokens.access_token)).toEqual({ active: false });

    await admin.call("PATCH", "/identity/clients/paused", { disabled: false });
    expect((await party.refresh(tokens.refresh_token)).status).toBe(200);
  });

  it("S3.6 a change of redirect URIs holds on every instance: the new one works and the old one no longer does", async () => {
    const registered = await create(web);
    const next = "https://crm.example/signed-in";
    const patched = await admin.call("PATCH", "/identity/clients/crm", { redirectUris: [next], name: null });
    const changed = registeredClientSchema.parse(await patched.json());
    expect(changed).toMatchObject({ redirectUris: [next], grantTypes: web.grantTypes });
    expect(changed).not.toHaveProperty("name");
    const statusOf = async (redirectUri: string): Promise<number> => {
      const party = await RelyingParty.discover(second, registered, redirectUri);
      const { url } = await party.authorization("openid", {}, []);
      return (await fetch(url, { redirect: "manual" })).status;
    };
    await expect.poll(() => statusOf(next)).toBe(303);
    expect(await statusOf("https://crm.example/callback")).toBe(400);
  });

  it("a deleted client leaves nothing behind: no grant, no refresh token, no active access token", async () => {
    const registered = await create({ ...web, clientId: "gone" });
    await first.addUser("gone@mullion.test", ["member"]);
    const party = await RelyingParty.discover(first, registered, web.redirectUris[0]);
    const scope = "openid offline_access profile:read";
    const tokens = await signIn(party, "gone@mullion.test", { scope, resources: [audience] });
    expect(decodeClaims(tokens.access_token)["client_id"]).toBe("gone");

    expect((await admin.call("DELETE", "/identity/clients/gone")).status).toBe(204);
    expect((await party.refresh(tokens.refresh_token)).status).toBe(401);
    const shell = await RelyingParty.discover(second);
    await expect.poll(() => shell.introspect(tokens.access_token)).toEqual({ active: false });
    const { rows } = await first.pool.query("select from grants where client_id = 'gone'");
    expect(rows).toEqual([]);
    expect((await admin.call("GET", "/identity/clients/gone")).status).toBe(404);
  });

  it.each([
    ["PATCH", "", { name: "Mine" }],
    ["DELETE", "", undefined],
    ["POST", "/secret", {}],
  ])("a client of the file is not touched: %s%s says where to change it", async (method, path, body) => {
    const response = await admin.call(method, `/identity/clients/mullion-shell${path}`, body);
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({
      code: "client_of_file",
      detail: expect.stringContaining("CLIENTS_FILE") as string,
    });
  });

  it.each([
    ["an id that is taken", { ...machine, clientId: "mullion-shell" }, 409, "client_exists"],
    ["a wildcard", { ...web, clientId: "w", redirectUris: ["https://*.crm.example/"] }, 400, "invalid_body"],
    ["a secret of its own choice", { ...machine, clientSecret: "x".repeat(40) }, 400, "invalid_body"],
    ["an unknown scope", { ...machine, scopes: ["everything"] }, 400, "invalid_body"],
  ])("refuses to register a client with %s", async (_what, client, status, code) => {
    const response = await admin.call("POST", "/identity/clients", client);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });

  it.each([
    ["its id", { clientId: "other" }],
    ["how it authenticates", { tokenEndpointAuthMethod: "none" }],
    ["an address to an unsafe one", { redirectUris: ["http://crm.example/"] }],
  ])("a change cannot touch %s", async (_what, patch) => {
    await create({ ...web, clientId: "fixed" }).catch(() => undefined);
    const response = await admin.call("PATCH", "/identity/clients/fixed", patch);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "invalid_body" });
  });

  it("a public client has no secret to replace", async () => {
    await create({ ...web, clientId: "public", tokenEndpointAuthMethod: "none" });
    const response = await admin.call("POST", "/identity/clients/public/secret", {});
    expect(await response.json()).toMatchObject({ status: 409, code: "client_has_no_secret" });
  });

  it("is for administrators only: 401 without a token, 403 with another role's", async () => {
    const viewer = await signInToAdminApi(first, "clients:read clients:write", "viewer");
    expect((await fetch(`${first.url}/identity/clients`)).status).toBe(401);
    expect((await viewer.call("GET", "/identity/clients")).status).toBe(403);
    expect((await viewer.call("POST", "/identity/clients", machine)).status).toBe(403);
  });

  it("the audit log knows who registered, changed and removed what, and no secret", async () => {
    await create({ ...machine, clientId: "audited" });
    await admin.call("PATCH", "/identity/clients/audited", { name: "Audited" });
    await admin.call("POST", "/identity/clients/audited/secret", {});
    await admin.call("DELETE", "/identity/clients/audited");
    const { rows } = await first.pool.query<{ action: string; details: unknown; user_id: string | null }>(
      "select action, details, user_id from audit_log where details ->> 'client' = 'audited' order by id",
    );
    expect(rows.map(({ action, details }) => [action, details])).toEqual([
      ["client.create", { client: "audited" }],
      ["client.update", { client: "audited", fields: ["name"] }],
      ["client.secret", { client: "audited", overlapSeconds: 86_400 }],
      ["client.delete", { client: "audited" }],
    ]);
    expect(rows.every(({ user_id }) => user_id !== null)).toBe(true);
  });
});
