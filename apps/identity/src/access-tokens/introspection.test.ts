import { identityAudience } from "@mullion/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browser } from "../../test/browser.ts";
import {
  audience,
  clients,
  partnerRedirectUri,
  startIdentity,
  type TestIdentity,
} from "../../test/identity.ts";
import { passReplayWindow } from "../../test/refresh-window.ts";
import { everyIdentityScope, RelyingParty, signIn } from "../../test/relying-party.ts";
import { setRoles } from "../users/user-store.ts";

const admin = "admin@mullion.test";

describe("introspection", () => {
  let identity: TestIdentity;
  let shell: RelyingParty;
  let gateway: RelyingParty;
  let kiosk: RelyingParty;
  let adminId: string;

  beforeAll(async () => {
    identity = await startIdentity();
    shell = await RelyingParty.discover(identity);
    gateway = await RelyingParty.discover(identity, clients.gateway);
    kiosk = await RelyingParty.discover(identity, clients.kiosk, clients.kiosk.redirectUris[0]);
    adminId = await identity.addUser(admin, ["admin"]);
  });
  afterAll(async () => {
    await identity.close();
  });

  const sidOf = ({ sid }: { sid?: string }): string => sid ?? "";
  const listUsers = (token: string): Promise<Response> =>
    fetch(`${identity.issuer}/identity/users`, { headers: { authorization: `Bearer ${token}` } });

  async function adminTokens(browser = new Browser()) {
    const { refresh_token } = await signIn(shell, admin, { browser });
    return shell.refreshed(refresh_token, identityAudience);
  }

  it("S0.8 tells a resource server what a JWT access token is good for", async () => {
    const { access_token } = await adminTokens();
    expect(await gateway.introspect(access_token)).toMatchObject({
      active: true,
      token_type: "Bearer",
      iss: identity.issuer,
      sub: adminId,
      client_id: "mullion-shell",
      aud: identityAudience,
      scope: everyIdentityScope,
      roles: ["admin"],
      exp: expect.any(Number) as number,
    });
  });

  it("S0.8 a JWT ends with its grant, however it ends, and another sign-in's goes on", async () => {
    const other = await adminTokens();
    const ways: [string, (tokens: Awaited<ReturnType<typeof adminTokens>>) => Promise<unknown>][] = [
      ["revoked", ({ refresh_token = "" }) => shell.revoke(refresh_token)],
      [
        "refresh token used twice",
        async ({ refresh_token = "" }) => {
          await shell.refreshed(refresh_token);
          await passReplayWindow(identity);
          return shell.refresh(refresh_token);
        },
      ],
      [
        "signed out",
        async ({ access_token }) => shell.terminate(identity, sidOf(await gateway.introspect(access_token))),
      ],
    ];
    for (const [name, end] of ways) {
      const tokens = await adminTokens();
      expect(await gateway.introspect(tokens.access_token), name).toMatchObject({ active: true });
      await end(tokens);
      expect(await gateway.introspect(tokens.access_token), name).toEqual({ active: false });
      const refused = await listUsers(tokens.access_token);
      expect(refused.status, name).toBe(401);
      expect(await refused.json(), name).toMatchObject({ code: "inactive_token" });
    }
    expect(await gateway.introspect(other.access_token)).toMatchObject({ active: true });
    expect((await listUsers(other.access_token)).status).toBe(200);
  });

  it("S0.8 a second sign-in in the same browser does not keep the first one's token alive", async () => {
    const browser = new Browser();
    const first = await adminTokens(browser);
    const authorization = await shell.authorization();
    const { url } = await browser.follow(authorization.url);
    await shell.tokens(authorization, url);
    await shell.revoke(first.refresh_token ?? "");
    expect(await gateway.introspect(first.access_token)).toEqual({ active: false });
  });

  it("a role that was taken away is gone from a token at once", async () => {
    const id = await identity.addUser("demoted@mullion.test", ["admin"]);
    const { refresh_token } = await signIn(shell, "demoted@mullion.test");
    const { access_token } = await shell.refreshed(refresh_token, identityAudience);
    expect((await listUsers(access_token)).status).toBe(200);
    await setRoles(identity.pool, id, ["viewer"]);
    expect(await gateway.introspect(access_token)).toMatchObject({
      active: true,
      scope: "",
      roles: ["viewer"],
    });
    expect((await listUsers(access_token)).status).toBe(403);
  });

  it("S0.8 an opaque access token says nothing by itself and ends with its grant", async () => {
    const first = await signIn(kiosk, admin);
    expect(first.access_token).toMatch(/^[\w-]{43}$/);
    const { access_token, refresh_token = "" } = await kiosk.refreshed(first.refresh_token, identityAudience);
    expect(await gateway.introspect(access_token)).toMatchObject({
      active: true,
      token_type: "Bearer",
      sub: adminId,
      aud: identityAudience,
      scope: everyIdentityScope,
    });
    expect((await listUsers(access_token)).status).toBe(200);
    expect((await listUsers(first.access_token)).status).toBe(401);
    await kiosk.revoke(refresh_token);
    expect(await gateway.introspect(access_token)).toEqual({ active: false });
    expect((await listUsers(access_token)).status).toBe(401);
  });

  it("knows tokens of clients that act for themselves, JWT and opaque", async () => {
    for (const [client, clientId] of [
      [shell, "mullion-shell"],
      [kiosk, "mullion-kiosk"],
    ] as const) {
      const { access_token } = await client.clientCredentials("registry:read");
      expect(await gateway.introspect(access_token)).toMatchObject({
        ...{ active: true, sub: clientId, client_id: clientId, scope: "registry:read", aud: audience },
      });
    }
  });

  it.each(["nonsense", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])("knows nothing of %s", async (token) => {
    expect(await gateway.introspect(token)).toEqual({ active: false });
  });

  it("never calls an ID token or a forged token active", async () => {
    const { id_token, access_token } = await signIn(shell, admin);
    expect(await gateway.introspect(id_token)).toEqual({ active: false });
    expect(await gateway.introspect(`${access_token.slice(0, -4)}AAAA`)).toEqual({ active: false });
  });

  it("tells somebody else's client nothing of tokens it does not hold, and nobody without a secret anything", async () => {
    const partner = await RelyingParty.discover(identity, clients.partner, partnerRedirectUri);
    const { access_token, refresh_token } = await signIn(shell, admin);
    expect(await partner.introspect(access_token)).toEqual({ active: false });
    expect(await partner.introspect(refresh_token)).toEqual({ active: false });
    const wrong = { ...clients.gateway, clientSecret: clients.shell.clientSecret };
    const impostor = await RelyingParty.discover(identity, wrong);
    await expect(impostor.introspect(access_token)).rejects.toMatchObject({ status: 401 });
  });
});
