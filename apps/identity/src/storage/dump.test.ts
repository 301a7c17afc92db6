import { deviceCodeGrant } from "@mullion/contracts/identity-clients";
import * as oauth from "oauth4webapi";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { signInToAdminApi } from "../../test/administrator.ts";
import { Browser } from "../../test/browser.ts";
import { dumpPostgres, dumpRedis, findSecrets } from "../../test/dump.ts";
import { clients, password, startIdentity, type TestIdentity } from "../../test/identity.ts";
import { forgottenPassword, linkIn, sendRegistration, useLink } from "../../test/people.ts";
import { passReplayWindow } from "../../test/refresh-window.ts";
import { openSignIn, RelyingParty, signIn } from "../../test/relying-party.ts";
import { SpaPage, spaClient } from "../../test/spa-page.ts";

const member = "member@mullion.test";
const cli = {
  clientId: "mullion-cli",
  tokenEndpointAuthMethod: "none",
  grantTypes: [deviceCodeGrant, "refresh_token"],
  firstParty: true,
} as const;

describe("S3.3 S3.11 a copy of the databases", () => {
  let identity: TestIdentity;
  let shell: RelyingParty;
  /** What the client, the browser and the user have seen so far. */
  const seen = new Map<string, string>();

  beforeAll(async () => {
    identity = await startIdentity({
      extraClients: [{ ...cli, grantTypes: [...cli.grantTypes] }, spaClient],
    });
    shell = await RelyingParty.discover(identity);
    await identity.addUser(member, ["member"]);
  });
  beforeEach(() => {
    seen.clear();
    seen.set("password", password);
    for (const { clientId, clientSecret } of Object.values(clients)) seen.set(clientId, clientSecret);
  });
  afterAll(async () => {
    await identity.close();
  });

  function see(name: string, value: string | undefined): void {
    if (value === undefined || value.length < 8) throw new TypeError(`${name} is no secret`);
    seen.set(name, value);
  }

  function seeCookies(browser: Browser): void {
    for (const { name, value } of browser.cookies) see(`cookie ${name} ${String(seen.size)}`, value);
  }

  function seeTokens(name: string, tokens: oauth.TokenEndpointResponse): void {
    see(`access token, ${name}`, tokens.access_token);
    see(`refresh token, ${name}`, tokens.refresh_token);
    if (tokens.id_token !== undefined) see(`id token, ${name}`, tokens.id_token);
  }

  /** What of it the databases show. The address of the user is there to prove that the search would find something. */
  async function shown(): Promise<string[]> {
    const dump = (await dumpPostgres(identity)) + (await dumpRedis(identity));
    expect(findSecrets(dump, new Map([["address", member]]))).toEqual(["address"]);
    return findSecrets(dump, seen);
  }

  it("the search finds a secret in whatever form it lies there", () => {
    const secret = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const inside = (offset: number): string =>
      Buffer.from(`${"x".repeat(offset)}${secret}yz`).toString("base64");
    const dumps = [secret, Buffer.from(secret).toString("hex"), inside(0), inside(1), inside(2)];
    for (const dump of dumps) expect(findSecrets(`a ${dump} b`, new Map([["it", secret]]))).toEqual(["it"]);
    expect(findSecrets("nothing of the kind", new Map([["it", secret]]))).toEqual([]);
  });

  it("opens no sign-in, at none of its steps", async () => {
    const browser = new Browser();
    const authorization = await shell.authorization();
    const form = await openSignIn(browser, authorization);
    seeCookies(browser);
    expect(await dumpRedis(identity)).toContain(":Interaction:");
    expect(await shown()).toEqual([]);

    const { url } = await browser.follow(await browser.post(form, { email: member, password }));
    see("code", new URL(url).searchParams.get("code") ?? undefined);
    seeCookies(browser);
    expect(await dumpRedis(identity)).toContain(":AuthorizationCode:");
    expect(await shown()).toEqual([]);

    seeTokens("first", await shell.tokens(authorization, url));
    expect(await shown()).toEqual([]);
  });

  it("opens no refresh token, neither the live one nor those it replaced, and no answer kept to be repeated", async () => {
    const first = await signIn(shell, member);
    seeTokens("first", first);
    const second = await shell.refreshed(first.refresh_token);
    seeTokens("second", second);
    seeTokens("third", await shell.refreshed(second.refresh_token ?? ""));
    expect(await dumpPostgres(identity)).toMatch(/-- refresh_replays\n\(/);
    expect(await shown()).toEqual([]);
    await passReplayWindow(identity);
    await shell.refresh(first.refresh_token);
    await identity.mails.next(member, /signed you out/);
    expect(await shown()).toEqual([]);
  });

  it("opens nothing of a client with opaque tokens, of a pushed request, or of a client that acts for itself", async () => {
    const kiosk = await RelyingParty.discover(identity, clients.kiosk, clients.kiosk.redirectUris[0]);
    seeTokens("kiosk", await signIn(kiosk, member));
    see("own token", (await kiosk.clientCredentials("registry:read")).access_token);
    const http = { [oauth.allowInsecureRequests]: true };
    const pushed = new URL((await shell.authorization()).url).searchParams;
    const { server, client, authenticate } = shell;
    const { request_uri } = await oauth.processPushedAuthorizationResponse(
      server,
      client,
      await oauth.pushedAuthorizationRequest(server, client, authenticate, pushed, http),
    );
    see("request URI", request_uri.split(":").at(-1));
    expect(await dumpRedis(identity)).toContain(":PushedAuthorizationRequest:");
    expect(await shown()).toEqual([]);
  });

  it("opens no account that is being made, and none whose password was forgotten", async () => {
    const newcomer = { name: "New Comer", email: "newcomer@mullion.test", password: "a quiet lake at night" };
    see("new password", newcomer.password);
    await sendRegistration(shell, newcomer);
    // Before it is sent, the mail lies in the outbox.
    expect(await shown()).toEqual([]);
    const verification = linkIn(await identity.mails.next(newcomer.email));
    see("verification link", verification.searchParams.get("token") ?? undefined);
    expect(await shown()).toEqual([]);

    await useLink(verification);
    const reset = await forgottenPassword(identity, newcomer.email);
    see("reset link", reset.searchParams.get("token") ?? undefined);
    expect(await shown()).toEqual([]);
    see("replaced password", "a quiet lake by day");
    await useLink(reset, { password: "a quiet lake by day" });
    expect(await shown()).toEqual([]);
  });

  it("opens no session of an application in a browser", async () => {
    const page = new SpaPage(identity);
    const { accessToken } = (await (await page.signIn(member)).json()) as { accessToken: string };
    see("access token of the page", accessToken);
    see("cookie of the page", page.cookie.split("=")[1]);
    expect(await shown()).toEqual([]);
  });

  it("opens no client that was registered by the API", async () => {
    const admin = await signInToAdminApi(identity, "clients:read clients:write");
    const machine = { clientId: "machine", grantTypes: ["client_credentials"], scopes: ["registry:read"] };
    const response = await admin.call("POST", "/identity/clients", machine);
    const { clientSecret } = (await response.json()) as { clientSecret?: string };
    see("client secret", clientSecret);
    expect(await shown()).toEqual([]);
  });

  it("opens no device authorization that waits for its user", async () => {
    const device = await RelyingParty.discover(identity, { ...cli, clientSecret: undefined });
    const { server, client, authenticate } = device;
    const http = { [oauth.allowInsecureRequests]: true };
    const scope = "openid offline_access profile:read";
    const answer = await oauth.processDeviceAuthorizationResponse(
      server,
      client,
      await oauth.deviceAuthorizationRequest(server, client, authenticate, { scope }, http),
    );
    see("device code", answer.device_code);
    see("user code", answer.user_code);
    see("user code without dash", answer.user_code.replaceAll("-", ""));
    expect(await dumpRedis(identity)).toContain(":DeviceCode:");
    expect(await shown()).toEqual([]);
  });
});
