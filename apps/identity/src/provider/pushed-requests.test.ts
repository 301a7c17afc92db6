import * as oauth from "oauth4webapi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browser } from "../../test/browser.ts";
import { clients, password, startIdentity, type TestIdentity } from "../../test/identity.ts";
import { RelyingParty } from "../../test/relying-party.ts";
import type { ClientRegistration } from "../clients/registered-client.ts";

const http = { [oauth.allowInsecureRequests]: true };
const member = "member@mullion.test";
const bank = {
  clientId: "bank",
  clientSecret: "bank-secret-bank-secret-bank-secret-bank",
  grantTypes: ["authorization_code"],
  redirectUris: ["https://bank.example/callback"],
  firstParty: true,
  requirePushedAuthorizationRequests: true,
} satisfies ClientRegistration;

describe("pushed authorization requests", () => {
  let identity: TestIdentity;
  let party: RelyingParty;

  beforeAll(async () => {
    identity = await startIdentity({ extraClients: [bank] });
    party = await RelyingParty.discover(identity, bank, bank.redirectUris[0]);
    await identity.addUser(member, ["member"]);
  });
  afterAll(async () => {
    await identity.close();
  });

  const addressOf = (requestUri: string, clientId = bank.clientId): string =>
    `${identity.issuer}/auth?${new URLSearchParams({ client_id: clientId, request_uri: requestUri }).toString()}`;

  const errorIn = (callback: string): string | null => new URL(callback).searchParams.get("error");

  async function push(
    who = party,
    change: Readonly<Record<string, string>> = {},
  ): Promise<{ response: Response; authorization: Awaited<ReturnType<RelyingParty["authorization"]>> }> {
    const authorization = await who.authorization("openid", change, []);
    const parameters = new URL(authorization.url).searchParams;
    const { server, client, authenticate } = who;
    const response = await oauth.pushedAuthorizationRequest(server, client, authenticate, parameters, http);
    return { response, authorization };
  }

  it("S3.1 the request goes by the back channel, and the browser carries only its name, once", async () => {
    const { response, authorization } = await push();
    const pushed = await oauth.processPushedAuthorizationResponse(party.server, party.client, response);
    expect(pushed.request_uri).toMatch(/^urn:ietf:params:oauth:request_uri:/);
    const browser = new Browser();
    const page = await browser.follow(addressOf(pushed.request_uri));
    const sent = await browser.post(`${page.url}/sign-in`, { email: member, password });
    const { url } = await browser.follow(sent);
    expect(await party.tokens(authorization, url)).toHaveProperty("id_token");
    const again = await browser.follow(addressOf(pushed.request_uri));
    expect(errorIn(again.url)).toBe("invalid_request_uri");
  });

  it("a client registered for it may not send the request by the browser", async () => {
    const { url } = await party.authorization("openid", {}, []);
    const end = await new Browser().follow(url);
    expect(errorIn(end.url)).toBe("invalid_request");
  });

  it("a pushed request is checked at once, and is nobody else's", async () => {
    const { response } = await push(party, { redirect_uri: "https://evil.example/" });
    expect(response.status).toBe(400);
    const pushed = await oauth.processPushedAuthorizationResponse(
      party.server,
      party.client,
      (await push()).response,
    );
    const stolen = await new Browser().follow(addressOf(pushed.request_uri, clients.shell.clientId));
    expect(errorIn(stolen.url)).toBe("invalid_request_object");
  });

  it("only clients that authenticate push requests", async () => {
    const impostor = await RelyingParty.discover(
      identity,
      { ...bank, clientSecret: clients.shell.clientSecret },
      bank.redirectUris[0],
    );
    expect((await push(impostor)).response.status).toBe(401);
  });
});
