import { createVerifier } from "@mullion/access-token";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browser } from "../../test/browser.ts";
import { audience, clients, password, startIdentity, type TestIdentity } from "../../test/identity.ts";
import { passReplayWindow } from "../../test/refresh-window.ts";
import { decodeClaims, everyApiScope, openSignIn, RelyingParty, signIn } from "../../test/relying-party.ts";

describe("signing in by authorization code and PKCE", () => {
  let identity: TestIdentity;
  let shell: RelyingParty;
  let adminId: string;

  beforeAll(async () => {
    identity = await startIdentity();
    shell = await RelyingParty.discover(identity);
    adminId = await identity.addUser("admin@mullion.test", ["admin"]);
    await identity.addUser("viewer@mullion.test", ["viewer"]);
  });
  afterAll(async () => {
    await identity.close();
  });

  it("offers nothing but the code flow with S256", () => {
    expect(shell.server).toMatchObject({
      issuer: identity.issuer,
      response_types_supported: ["code"],
      code_challenge_methods_supported: ["S256"],
      id_token_signing_alg_values_supported: ["ES256"],
      token_endpoint: `${identity.issuer}/token`,
    });
  });

  it("gives the shell an access token that a resource server accepts, for the API and nothing else", async () => {
    const tokens = await signIn(shell, "admin@mullion.test");
    const verifier = createVerifier({ issuer: identity.issuer, audience });
    const idToken = decodeClaims(tokens.id_token);
    expect(await verifier.verify(tokens.access_token)).toMatchObject({
      sub: adminId,
      client_id: "mullion-shell",
      aud: audience,
      scope: everyApiScope,
      roles: ["admin"],
      name: "admin",
      email: "admin@mullion.test",
      sid: idToken["sid"],
    });
    expect(tokens.expires_in).toBe(600);
    expect(idToken).toMatchObject({ name: "admin", email: "admin@mullion.test", roles: ["admin"] });
    expect(idToken["sid"]).toMatch(/^[\w-]{20,}$/);
  });

  it("a viewer never gets a scope that only administrators have, though the client asks for it", async () => {
    const { access_token } = await signIn(shell, "viewer@mullion.test");
    expect(decodeClaims(access_token)).toMatchObject({
      roles: ["viewer"],
      scope: "profile:read profile:write insights:read registry:read",
    });
  });

  it("redeems a code once and revokes what it gave when the code comes again", async () => {
    const authorization = await shell.authorization();
    const browser = new Browser();
    const form = await openSignIn(browser, authorization);
    const sent = await browser.post(form, { email: "admin@mullion.test", password });
    const { url } = await browser.follow(sent);
    const tokens = await shell.tokens(authorization, url);
    expect((await shell.redeem(authorization, url)).status).toBe(400);
    expect((await shell.refresh(tokens.refresh_token ?? "")).status).toBe(400);
  });

  it("refuses a code without the verifier it was asked with", async () => {
    const authorization = await shell.authorization();
    const browser = new Browser();
    const form = await openSignIn(browser, authorization);
    const { url } = await browser.follow(await browser.post(form, { email: "admin@mullion.test", password }));
    const other = await shell.authorization();
    const stolen = await shell.redeem({ ...other, state: authorization.state }, url);
    expect(stolen.status).toBe(400);
  });

  it("refuses a request without PKCE, and a method other than S256", async () => {
    const authorization = new URL((await shell.authorization()).url);
    authorization.searchParams.set("code_challenge_method", "plain");
    const browser = new Browser();
    expect(new URL((await browser.follow(authorization.href)).url).searchParams.get("error")).toBe(
      "invalid_request",
    );
    authorization.searchParams.delete("code_challenge");
    authorization.searchParams.delete("code_challenge_method");
    expect(new URL((await browser.follow(authorization.href)).url).searchParams.get("error")).toBe(
      "invalid_request",
    );
  });

  it.each([
    "http://localhost:3000/api/auth/callback/mullion/",
    "http://localhost:3000/api/auth/callback/mullion?x=1",
    "http://localhost:3000/api/auth/callback/Mullion",
    "http://localhost:3001/api/auth/callback/mullion",
    "http://127.0.0.1:3000/api/auth/callback/mullion",
    "http://localhost:3000/api/auth/callback/../callback/mullion",
    "http://localhost:3000@evil.example/api/auth/callback/mullion",
  ])(
    "SEC-58 a redirect URI that differs in one character is never redirected to: %s",
    async (redirect_uri) => {
      const { url } = await shell.authorization("openid", { redirect_uri });
      const response = await new Browser().get(url);
      expect(response.status).toBe(400);
      expect(response.headers.get("location")).toBeNull();
      expect(await response.text()).toContain("invalid_redirect_uri");
    },
  );

  it("signs a browser in again without a page while its session lives, with a grant of its own", async () => {
    const browser = new Browser();
    const first = await signIn(shell, "admin@mullion.test", { browser });
    const authorization = await shell.authorization();
    const { url } = await browser.follow(authorization.url);
    const second = await shell.tokens(authorization, url);
    // A refresh token used twice revokes its own sign-in only.
    await shell.refreshed(first.refresh_token);
    await passReplayWindow(identity);
    expect((await shell.refresh(first.refresh_token)).status).toBe(400);
    expect((await shell.refresh(second.refresh_token ?? "")).status).toBe(200);
  });

  it("gives no refresh token while the address is not verified, nor unasked", async () => {
    await identity.addUser("new@mullion.test", ["member"]);
    expect((await signIn(shell, "new@mullion.test", { scope: "openid profile:read" })).refresh_token).toBe(
      "",
    );
    await identity.pool.query("update users set email_verified_at = null where email = 'new@mullion.test'");
    expect((await signIn(shell, "new@mullion.test")).refresh_token).toBe("");
  });

  it("gives a client that asks only who the user is a token for userinfo", async () => {
    const { access_token } = await signIn(shell, "admin@mullion.test", {
      scope: "openid email",
      resources: [],
    });
    const response = await fetch(`${identity.issuer}/me`, {
      headers: { authorization: `Bearer ${access_token}` },
    });
    expect(await response.json()).toEqual({
      sub: adminId,
      email: "admin@mullion.test",
      email_verified: true,
    });
  });

  it("gives a client acting for itself its own scopes and no others, without roles", async () => {
    const gateway = await RelyingParty.discover(identity, clients.gateway);
    const { access_token } = await gateway.clientCredentials("events:write users:read");
    const claims = await createVerifier({ issuer: identity.issuer, audience }).verify(access_token);
    expect(claims).toMatchObject({ sub: "mullion-gateway", scope: "events:write", roles: [] });
    expect(decodeClaims(access_token)).not.toHaveProperty("roles");
  });

  it("refuses a wrong client secret", async () => {
    const wrong = { ...clients.gateway, clientSecret: "gateway-secret-gateway-secret-gatewaz" };
    const impostor = await RelyingParty.discover(identity, wrong);
    await expect(impostor.clientCredentials("events:write")).rejects.toMatchObject({
      status: 401,
      cause: [{ scheme: "basic", parameters: { error: "invalid_client" } }],
    });
  });

  it("takes its addresses from the issuer, whatever Host a caller sends", async () => {
    const response = await fetch(`${identity.issuer}/.well-known/openid-configuration`, {
      headers: { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" },
    });
    expect(await response.text()).not.toContain("evil.example");
  });
});
