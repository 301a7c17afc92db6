import { deviceCodeGrant } from "@mullion/contracts/identity-clients";
import * as oauth from "oauth4webapi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browser } from "../../test/browser.ts";
import { clients, password, startIdentity, type TestIdentity } from "../../test/identity.ts";
import { decodeClaims, RelyingParty } from "../../test/relying-party.ts";

const http = { [oauth.allowInsecureRequests]: true };
const member = "member@mullion.test";
const grantTypes = [deviceCodeGrant, "refresh_token"] as const satisfies string[];
const cli = {
  clientId: "mullion-cli",
  name: "Mullion <CLI>",
  tokenEndpointAuthMethod: "none",
  grantTypes,
  firstParty: true,
} as const;
const television = {
  clientId: "television",
  name: "Television",
  clientSecret: "television-secret-television-secret",
  grantTypes,
};
const scope = "openid offline_access profile:read";

describe("the device authorization grant", () => {
  let identity: TestIdentity;
  let device: RelyingParty;

  beforeAll(async () => {
    identity = await startIdentity({ extraClients: [cli, television] });
    device = await RelyingParty.discover(identity, cli);
    await identity.addUser(member, ["member"]);
  });
  afterAll(async () => {
    await identity.close();
  });

  async function start(party = device, asked = scope): Promise<oauth.DeviceAuthorizationResponse> {
    const { server, client, authenticate } = party;
    const parameters = { scope: asked };
    const response = await oauth.deviceAuthorizationRequest(server, client, authenticate, parameters, http);
    return oauth.processDeviceAuthorizationResponse(server, client, response);
  }

  async function poll({ device_code }: { device_code: string }, party = device): Promise<Response> {
    const { server, client, authenticate } = party;
    return oauth.deviceCodeGrantRequest(server, client, authenticate, device_code, http);
  }

  const errorOf = async (response: Response): Promise<unknown> =>
    ((await response.json()) as Record<string, unknown>)["error"];

  async function xsrfOf(page: string): Promise<string> {
    return /name="xsrf" value="([^"]+)"/.exec(page)?.[1] ?? "";
  }

  /** Enters the code, as far as the question whether to go on. */
  async function enter(
    browser: Browser,
    userCode: string,
  ): Promise<{ status: number; page: string; xsrf: string }> {
    const form = await (await browser.get(`${identity.issuer}/device`)).text();
    const response = await browser.post(`${identity.issuer}/device`, {
      xsrf: await xsrfOf(form),
      user_code: userCode,
    });
    const page = await response.text();
    return { status: response.status, page, xsrf: await xsrfOf(page) };
  }

  async function answer(
    browser: Browser,
    userCode: string,
    decision: "confirm" | "abort",
  ): Promise<{ url: string; page: string }> {
    const { xsrf } = await enter(browser, userCode);
    const sent = await browser.post(`${identity.issuer}/device`, {
      xsrf,
      user_code: userCode,
      [decision]: "yes",
    });
    const { url, response } = await browser.follow(sent);
    return { url, page: await response.text() };
  }

  async function signInAt(browser: Browser, url: string): Promise<{ url: string; page: string }> {
    const sent = await browser.post(`${url}/sign-in`, { email: member, password });
    const end = await browser.follow(sent);
    return { url: end.url, page: await end.response.text() };
  }

  it("S3.2 a device without a browser is signed in by a person with one", async () => {
    const started = await start();
    expect(started).toMatchObject({
      user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/) as string,
      verification_uri: `${identity.issuer}/device`,
      expires_in: 600,
      interval: 5,
    });
    expect(await errorOf(await poll(started))).toBe("authorization_pending");

    const browser = new Browser();
    const { page } = await enter(browser, started.user_code.toLowerCase().replace("-", " "));
    expect(page).toContain("Connect Mullion &lt;CLI&gt;?");
    expect(page).toContain(started.user_code);
    expect(page).toContain("Read your profile");
    const { url } = await answer(browser, started.user_code, "confirm");
    expect((await signInAt(browser, url)).page).toContain("Device connected");

    const { server, client } = device;
    const tokens = await oauth.processDeviceCodeResponse(server, client, await poll(started));
    expect(decodeClaims(tokens.access_token)).toMatchObject({
      client_id: "mullion-cli",
      scope: "profile:read",
      roles: ["member"],
    });
    expect((await device.refresh(tokens.refresh_token ?? "")).status).toBe(200);
    expect(await identity.auditedActions()).toEqual(
      expect.arrayContaining(["device.allow", "token.device_code"]),
    );
  });

  it("a device code is good for one token set; used again it ends what it gave", async () => {
    const started = await start();
    const browser = new Browser();
    const { url } = await answer(browser, started.user_code, "confirm");
    await signInAt(browser, url);
    const { server, client } = device;
    const tokens = await oauth.processDeviceCodeResponse(server, client, await poll(started));
    expect(await errorOf(await poll(started))).toBe("invalid_grant");
    expect((await device.refresh(tokens.refresh_token ?? "")).status).toBe(400);
  });

  it("a device stays signed in when the browser that let it in signs out", async () => {
    const started = await start();
    const browser = new Browser();
    const { url } = await answer(browser, started.user_code, "confirm");
    await signInAt(browser, url);
    const { server, client } = device;
    const tokens = await oauth.processDeviceCodeResponse(server, client, await poll(started));
    const page = await (await browser.get(`${identity.issuer}/session/end`)).text();
    await browser.post(`${identity.issuer}/session/end/confirm`, { xsrf: await xsrfOf(page), logout: "yes" });
    expect((await device.refresh(tokens.refresh_token ?? "")).status).toBe(200);
  });

  it("somebody else's device gets what the user consents to", async () => {
    const party = await RelyingParty.discover(identity, television);
    const started = await start(party);
    const browser = new Browser();
    const { url } = await answer(browser, started.user_code, "confirm");
    const consent = await signInAt(browser, url);
    expect(consent.page).toContain("Television");
    const end = await browser.follow(await browser.post(`${consent.url}/consent`, { decision: "allow" }));
    expect(await end.response.text()).toContain("Device connected");
    expect((await poll(started, party)).status).toBe(200);
  });

  it("the address with the code in it leads to the same question, by a form that sends itself", async () => {
    const started = await start();
    const browser = new Browser();
    const response = await browser.get(started.verification_uri_complete ?? "");
    expect(response.headers.get("content-security-policy")).toMatch(/script-src [^;]*'sha256-/);
    const form = await response.text();
    expect(form).toContain("<noscript>");
    const [, userCode = ""] = /name="user_code" value="([^"]+)"/.exec(form) ?? [];
    const fields = { xsrf: await xsrfOf(form), user_code: userCode };
    const question = await (await browser.post(`${identity.issuer}/device`, fields)).text();
    expect(question).toContain(started.user_code);
    expect(question).toContain('name="confirm"');
  });

  it("who does not know the device turns it away, and the device hears of it", async () => {
    const started = await start();
    const { page } = await answer(new Browser(), started.user_code, "abort");
    expect(page).toContain("Device not connected");
    expect(await errorOf(await poll(started))).toBe("access_denied");
  });

  it("a code that is wrong, missing or used is explained on the page", async () => {
    const browser = new Browser();
    expect(await enter(browser, "BCDF-GHJK")).toMatchObject({
      status: 422,
      page: expect.stringContaining("This code is not known") as string,
    });
    expect((await enter(browser, "")).page).toContain("Enter the code.");
    const used = await start();
    await answer(browser, used.user_code, "abort");
    expect((await enter(browser, used.user_code)).page).toContain("was used already");
  });

  it("a code sent by a form of another site is not taken", async () => {
    const started = await start();
    const response = await new Browser().post(`${identity.issuer}/device`, {
      xsrf: "guess",
      user_code: started.user_code,
      confirm: "yes",
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("expired");
    expect(await errorOf(await poll(started))).toBe("authorization_pending");
  });

  it("a device that asks too often is told to slow down", async () => {
    const started = await start();
    expect(await errorOf(await poll(started))).toBe("authorization_pending");
    expect(await errorOf(await poll(started))).toBe("slow_down");
    expect((await poll(started)).status).toBe(400);
  });

  it("only its own client gets the tokens for a device code", async () => {
    const started = await start();
    const other = await RelyingParty.discover(identity, television);
    expect(await errorOf(await poll(started, other))).toBe("invalid_grant");
    const { server, client, authenticate } = await RelyingParty.discover(identity, clients.gateway);
    const refused = await oauth.deviceAuthorizationRequest(server, client, authenticate, { scope }, http);
    expect(refused.status).toBe(400);
  });

  it("a dump of Redis leads from no user code to its device code", async () => {
    const started = await start();
    const keys = await identity.redis.keys(`${identity.keyPrefix}*`);
    const names = keys.map((key) => key.slice(identity.keyPrefix.length));
    expect(names.join()).not.toContain(started.user_code.replace("-", ""));
    for (const name of names.filter((key) => key.includes(":UserCode:"))) {
      const value = await identity.redis.get(name);
      expect(value).not.toContain(started.device_code);
      expect(await identity.redis.ttl(name)).toBeGreaterThan(0);
    }
  });

  it("SEC-60 an address tries so many codes, then has to wait", async () => {
    const browser = new Browser();
    const form = await (await browser.get(`${identity.issuer}/device`)).text();
    const xsrf = await xsrfOf(form);
    const statuses: number[] = [];
    for (let tries = 0; tries < 31; tries += 1) {
      const response = await browser.post(`${identity.issuer}/device`, { xsrf, user_code: "BCDF-GHJK" });
      statuses.push(response.status);
      if (response.status === 429) {
        expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
        expect(await response.text()).toContain("Too many attempts");
      }
    }
    expect(statuses.at(-1)).toBe(429);
  });
});
