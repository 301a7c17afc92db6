import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browser } from "../../test/browser.ts";
import { password, startIdentity, type TestIdentity } from "../../test/identity.ts";
import { openSignIn, RelyingParty } from "../../test/relying-party.ts";

const secret = "a-secret-of-more-than-32-characters-x";
const web = {
  clientId: "web",
  clientSecret: secret,
  grantTypes: ["authorization_code" as const],
  redirectUris: ["https://app.example/callback", "https://app.example/with?tenant=1"],
  postLogoutRedirectUris: ["https://app.example/bye"],
  firstParty: true,
};
const native = {
  clientId: "native",
  applicationType: "native" as const,
  tokenEndpointAuthMethod: "none" as const,
  grantTypes: ["authorization_code" as const],
  redirectUris: ["http://127.0.0.1/callback", "http://[::1]/callback", "com.example.app:/done"],
};

describe("redirect URIs", () => {
  let identity: TestIdentity;
  beforeAll(async () => {
    identity = await startIdentity({ extraClients: [web, native] });
  });
  afterAll(async () => {
    await identity.close();
  });

  /** What the authorization endpoint answers, and where it sends the browser. */
  async function authorize(client: { clientId: string; clientSecret?: string }, redirectUri: string) {
    const party = await RelyingParty.discover(identity, client, redirectUri);
    const { url } = await party.authorization("openid", {}, []);
    const response = await fetch(url, { redirect: "manual" });
    return {
      status: response.status,
      location: response.headers.get("location"),
      text: await response.text(),
    };
  }

  it.each([...web.redirectUris])("SEC-58 the web client is sent to %s", async (uri) => {
    expect(await authorize(web, uri)).toMatchObject({
      status: 303,
      location: expect.stringContaining("/interaction/") as string,
    });
  });

  it.each([
    ["a slash at the end", "https://app.example/callback/"],
    ["another case in the path", "https://app.example/Callback"],
    ["another case in the host", "https://APP.example/callback"],
    ["a query of its own", "https://app.example/callback?next=https://evil.example"],
    ["an empty query", "https://app.example/callback?"],
    ["the registered query left out", "https://app.example/with"],
    ["another parameter beside the registered one", "https://app.example/with?tenant=1&tenant=2"],
    ["a user name", "https://app.example@evil.example/callback"],
    ["a user name before the right host", "https://evil@app.example/callback"],
    ["another port", "https://app.example:8443/callback"],
    ["the default port", "https://app.example:443/callback"],
    ["a path that climbs", "https://app.example/callback/../callback"],
    ["a path that climbs away", "https://app.example/callback/../../evil"],
    ["an encoded path", "https://app.example/%63allback"],
    ["an encoded slash", "https://app.example/callback%2f"],
    ["encoded dots", "https://app.example/callback/%2e%2e/callback"],
    ["a backslash", "https://app.example\\@evil.example/callback"],
    ["a subdomain", "https://evil.app.example/callback"],
    ["a host that begins like it", "https://app.example.evil.example/callback"],
    ["a dot at the end of the host", "https://app.example./callback"],
    ["a fragment", "https://app.example/callback#evil"],
    ["an empty fragment", "https://app.example/callback#"],
    ["http", "http://app.example/callback"],
    ["another scheme", "javascript:alert(1)//https://app.example/callback"],
    ["no scheme", "//app.example/callback"],
    ["a line break", "https://app.example/callback\r\nlocation: https://evil.example"],
    ["a space before it", " https://app.example/callback"],
    ["another client's address", "http://localhost:3000/api/auth/callback/mullion"],
    ["loopback, which is for native apps", "http://127.0.0.1/callback"],
  ])("SEC-58 nobody is sent to %s", async (_what, uri) => {
    const { status, location, text } = await authorize(web, uri);
    expect(status).toBe(400);
    expect(location).toBeNull();
    // Not as a link either.
    expect(text).not.toMatch(/<a[^>]+href="[^"]*(evil|app)\.example/);
  });

  it("SEC-58 one that is given twice is refused", async () => {
    const party = await RelyingParty.discover(identity, web, "https://app.example/callback");
    const { url } = await party.authorization("openid", {}, []);
    const response = await fetch(`${url}&redirect_uri=https%3A%2F%2Fevil.example%2F`, { redirect: "manual" });
    expect(response.status).toBe(400);
    expect(response.headers.get("location")).toBeNull();
  });

  it.each([
    "http://127.0.0.1:49152/callback",
    "http://127.0.0.1/callback",
    "http://[::1]:50000/callback",
    "com.example.app:/done",
  ])("SEC-58 a native app listens on any port of a loopback address: %s", async (uri) => {
    expect((await authorize(native, uri)).status).toBe(303);
  });

  it.each([
    ["another path on loopback", "http://127.0.0.1:49152/other"],
    ["loopback by another name", "http://localhost:49152/callback"],
    ["another loopback address", "http://127.0.0.2:49152/callback"],
    ["a user name", "http://evil@127.0.0.1:49152/callback"],
    ["a host that begins like loopback", "http://127.0.0.1.evil.example:49152/callback"],
    ["a port that is not a number", "http://127.0.0.1:49152@evil.example/callback"],
    ["a query", "http://127.0.0.1:49152/callback?next=evil"],
    ["https on loopback", "https://127.0.0.1:49152/callback"],
    ["another path in its scheme", "com.example.app:/other"],
    ["a scheme that begins like it", "com.example.app.evil:/done"],
  ])("SEC-58 a native app is not sent to %s", async (_what, uri) => {
    expect(await authorize(native, uri)).toMatchObject({ status: 400, location: null });
  });

  it("SEC-58 a code is redeemed only with the redirect URI that it was asked for with", async () => {
    await identity.addUser("someone@mullion.test", ["member"]);
    const [first = "", second = ""] = web.redirectUris;
    const party = await RelyingParty.discover(identity, web, first);
    const authorization = await party.authorization("openid", {}, []);
    const browser = new Browser();
    const form = await openSignIn(browser, authorization);
    const { url } = await browser.follow(
      await browser.post(form, { email: "someone@mullion.test", password }),
    );
    const redeem = (redirectUri: string): Promise<Response> =>
      fetch(`${identity.url}/token`, {
        method: "POST",
        headers: { authorization: `Basic ${Buffer.from(`${web.clientId}:${secret}`).toString("base64")}` },
        body: new URLSearchParams({
          grant_type: "authorization_code",
          code: new URL(url).searchParams.get("code") ?? "",
          code_verifier: authorization.codeVerifier,
          redirect_uri: redirectUri,
        }),
      });
    const refused = await redeem(second);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: "invalid_grant" });
    expect((await redeem(first)).status).toBe(200);
  });

  it.each([
    ["https://app.example/bye", 200],
    ["https://app.example/bye/", 400],
    ["https://app.example/bye?next=evil", 400],
    ["https://app.example/callback", 400],
    ["https://evil.example/bye", 400],
  ])("SEC-58 after signing out the browser may go to %s: %i", async (uri, status) => {
    const query = new URLSearchParams({ client_id: web.clientId, post_logout_redirect_uri: uri });
    const response = await fetch(`${identity.url}/session/end?${query.toString()}`, { redirect: "manual" });
    await response.body?.cancel();
    expect(response.status).toBe(status);
  });
});
