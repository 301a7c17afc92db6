import * as oauth from "oauth4webapi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browser } from "../../test/browser.ts";
import { password, startIdentity, type TestIdentity } from "../../test/identity.ts";
import { decodeClaims, openSignIn, RelyingParty } from "../../test/relying-party.ts";
import { registerClient } from "../clients/registered-client.ts";
import { cookieNames, realmOf } from "./cookies.ts";

const member = "member@mullion.test";
const redirectUri = "https://app.example/callback";
const app = {
  clientId: "app",
  tokenEndpointAuthMethod: "none" as const,
  grantTypes: ["authorization_code" as const],
  redirectUris: [redirectUri],
  firstParty: true,
};
const excused = {
  ...app,
  clientId: "excused",
  tokenEndpointAuthMethod: "client_secret_basic" as const,
  clientSecret: "excused-secret-excused-secret-excused",
  requirePkce: false,
};

describe("what binds an authorization request to whoever made it", () => {
  let identity: TestIdentity;
  let spa: RelyingParty;

  beforeAll(async () => {
    identity = await startIdentity({ extraClients: [app, excused] });
    spa = await RelyingParty.discover(identity, app, redirectUri);
    await identity.addUser(member, ["member"]);
  });
  afterAll(async () => {
    await identity.close();
  });

  async function callbackOf(url: string, browser = new Browser()): Promise<URL> {
    const authorization = { url, codeVerifier: "", nonce: "", state: "" };
    const form = await openSignIn(browser, authorization);
    const end = await browser.follow(await browser.post(form, { email: member, password }));
    return new URL(end.url);
  }

  function without(url: string, ...names: string[]): string {
    const copy = new URL(url);
    for (const name of names) copy.searchParams.delete(name);
    return copy.href;
  }

  it("S3.7 state comes back as it was, whatever is in it, and is the client's to compare", async () => {
    const state = 'a b+c&d=é/%2F"<>';
    const authorization = await spa.authorization("openid", { state }, []);
    const callback = await callbackOf(authorization.url);
    expect(callback.searchParams.get("state")).toBe(state);
    const { server, client } = spa;
    expect(() => oauth.validateAuthResponse(server, client, callback, "another")).toThrow(/state/);
    const silent = await callbackOf((await spa.authorization("openid", { state: "" }, [])).url);
    expect(silent.searchParams.get("state") ?? "").toBe("");
  });

  it("S3.7 the nonce of the request is in the ID token, and a client notices another one", async () => {
    const authorization = await spa.authorization("openid", {}, []);
    const callback = await callbackOf(authorization.url);
    const other = { ...authorization, nonce: oauth.generateRandomNonce() };
    await expect(spa.tokens(other, callback.href)).rejects.toThrow(/nonce/);
    const again = await spa.authorization("openid", {}, []);
    const tokens = await spa.tokens(again, (await callbackOf(again.url)).href);
    expect(decodeClaims(tokens.id_token ?? "")["nonce"]).toBe(again.nonce);
  });

  it("S3.7 S3.2 no client gets a code without PKCE, and S256 is the only way", async () => {
    for (const change of [
      (url: string) => without(url, "code_challenge", "code_challenge_method"),
      (url: string) => without(url, "code_challenge_method"),
      (url: string) => url.replace("=S256", "=plain"),
    ]) {
      const { url } = await spa.authorization("openid", {}, []);
      const end = await new Browser().follow(change(url));
      expect(new URL(end.url).searchParams.get("error")).toBe("invalid_request");
    }
  });

  it("S3.7 S3.2 a code without its verifier, or with another, gives nothing", async () => {
    const authorization = await spa.authorization("openid", {}, []);
    const callback = await callbackOf(authorization.url);
    const stolen = { ...authorization, codeVerifier: oauth.generateRandomCodeVerifier() };
    expect((await spa.redeem(stolen, callback.href)).status).toBe(400);
    const { searchParams } = callback;
    const bare = await fetch(`${identity.issuer}/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "authorization_code",
        client_id: app.clientId,
        code: searchParams.get("code") ?? "",
        redirect_uri: redirectUri,
      }),
    });
    expect(bare.status).toBe(400);
  });

  it("S3.7 only an operator excuses a client from PKCE, and never a public one", async () => {
    expect(() => registerClient({ ...app, requirePkce: false })).toThrow(/requirePkce/);
    const party = await RelyingParty.discover(identity, excused, redirectUri);
    const { url, state } = await party.authorization("openid", {}, []);
    const callback = await callbackOf(without(url, "code_challenge", "code_challenge_method"));
    expect(callback.searchParams.get("state")).toBe(state);
    expect(callback.searchParams.get("code")).not.toBeNull();
    // Whoever begins with a challenge has to end with its verifier all the same.
    const withChallenge = await party.authorization("openid", {}, []);
    const second = await callbackOf(withChallenge.url);
    const wrong = { ...withChallenge, codeVerifier: oauth.generateRandomCodeVerifier() };
    expect((await party.redeem(wrong, second.href)).status).toBe(400);
  });

  it("the browser that began the request is the one that ends it", async () => {
    const begun = new Browser();
    const form = await openSignIn(begun, await spa.authorization("openid", {}, []));
    const other = await new Browser().post(form, { email: member, password });
    expect(other.status).toBe(400);
    expect(await other.text()).toContain("expired");
  });

  it("cookies are named per realm, and on https no other host or scheme can set them", () => {
    const names = cookieNames(realmOf("https://id.example.com"));
    expect(names).toEqual({
      session: "__Host-mullion_identity",
      interaction: "__Secure-mullion_interaction",
      resume: "__Secure-mullion_resume",
    });
    const other = cookieNames({ realm: "partner", secure: true });
    expect(Object.values(other).filter((name) => Object.values(names).includes(name))).toEqual([]);
  });
});
