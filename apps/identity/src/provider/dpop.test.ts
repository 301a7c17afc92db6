import * as oauth from "oauth4webapi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browser } from "../../test/browser.ts";
import { clients, password, startIdentity, type TestIdentity } from "../../test/identity.ts";
import { decodeClaims, openSignIn, RelyingParty } from "../../test/relying-party.ts";
import type { ClientRegistration } from "../clients/registered-client.ts";

const http = { [oauth.allowInsecureRequests]: true };
const member = "member@mullion.test";
const origin = "https://spa.example";
const spa = {
  clientId: "spa",
  tokenEndpointAuthMethod: "none",
  grantTypes: ["authorization_code", "refresh_token"],
  redirectUris: [`${origin}/callback`],
  origins: [origin],
  firstParty: true,
} satisfies ClientRegistration;
const bound = { ...spa, clientId: "bound", dpopBoundAccessTokens: true };

type Proof = oauth.DPoPHandle;

describe("DPoP", () => {
  let identity: TestIdentity;
  let party: RelyingParty;
  let gateway: RelyingParty;

  beforeAll(async () => {
    identity = await startIdentity({ extraClients: [spa, bound] });
    party = await RelyingParty.discover(identity, spa, spa.redirectUris[0]);
    gateway = await RelyingParty.discover(identity, clients.gateway);
    await identity.addUser(member, ["member"]);
  });
  afterAll(async () => {
    await identity.close();
  });

  const newKey = (): Promise<oauth.CryptoKeyPair> => oauth.generateKeyPair("ES256");
  const proofOf = (key: oauth.CryptoKeyPair): Proof => oauth.DPoP(party.client, key);

  async function codeFor(
    who = party,
  ): Promise<{ parameters: URLSearchParams; verifier: string; nonce: string }> {
    const authorization = await who.authorization("openid profile offline_access profile:read", {}, []);
    const browser = new Browser();
    const form = await openSignIn(browser, authorization);
    const { url } = await browser.follow(await browser.post(form, { email: member, password }));
    const parameters = oauth.validateAuthResponse(who.server, who.client, new URL(url), authorization.state);
    return { parameters, verifier: authorization.codeVerifier, nonce: authorization.nonce };
  }

  async function tokens(proof: Proof): Promise<oauth.TokenEndpointResponse & { refresh_token: string }> {
    const { parameters, verifier, nonce } = await codeFor();
    const { server, client, authenticate, redirectUri } = party;
    const redeem = () =>
      oauth.authorizationCodeGrantRequest(server, client, authenticate, parameters, redirectUri, verifier, {
        ...http,
        DPoP: proof,
      });
    const process = (response: Response) =>
      oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: nonce });
    const result = await process(await redeem()).catch(async (error: unknown) => {
      if (!oauth.isDPoPNonceError(error)) throw error;
      return process(await redeem());
    });
    return { ...result, refresh_token: result.refresh_token ?? "" };
  }

  async function refresh(token: string, proof?: Proof): Promise<Response> {
    const { server, client, authenticate } = party;
    const options = proof === undefined ? http : { ...http, DPoP: proof };
    return oauth.refreshTokenGrantRequest(server, client, authenticate, token, options);
  }

  const errorOf = async (response: Response): Promise<unknown> =>
    ((await response.json()) as Record<string, unknown>)["error"];

  it("binds the access token and a public client's refresh token to the client's key", async () => {
    const key = await newKey();
    const proof = proofOf(key);
    const first = await tokens(proof);
    expect(first.token_type).toBe("dpop");
    expect(decodeClaims(first.access_token)).toMatchObject({
      cnf: { jkt: await proof.calculateThumbprint() },
    });
    expect(await gateway.introspect(first.access_token)).toMatchObject({
      active: true,
      token_type: "DPoP",
      cnf: { jkt: await proof.calculateThumbprint() },
    });
    expect(await errorOf(await refresh(first.refresh_token))).toBe("invalid_grant");
    const thief = proofOf(await newKey());
    await refresh(first.refresh_token, thief);
    expect(await errorOf(await refresh(first.refresh_token, thief))).toBe("invalid_grant");
    expect((await refresh(first.refresh_token, proof)).status).toBe(200);
  });

  it("asks a public client for a nonce of the server, so that proofs cannot be made in advance", async () => {
    const { parameters, verifier } = await codeFor();
    const { server, client, authenticate, redirectUri } = party;
    const response = await oauth.authorizationCodeGrantRequest(
      ...([server, client, authenticate, parameters, redirectUri, verifier] as const),
      { ...http, DPoP: proofOf(await newKey()) },
    );
    expect(response.status).toBe(400);
    expect(response.headers.get("dpop-nonce")).toMatch(/^[\w-]{43}$/);
    expect(await errorOf(response)).toBe("use_dpop_nonce");
  });

  it("a proof is good once, also when it comes many times at the same moment", async () => {
    const proof = proofOf(await newKey());
    const { refresh_token } = await tokens(proof);
    const sent: Headers[] = [];
    const { server, client, authenticate } = party;
    await oauth.refreshTokenGrantRequest(server, client, authenticate, refresh_token, {
      ...http,
      DPoP: proof,
      [oauth.customFetch]: async (_url, { headers }) => {
        sent.push(new Headers(headers));
        return new Response(null, { status: 400 });
      },
    });
    const attempt = () =>
      fetch(`${identity.issuer}/me`, {
        headers: { authorization: "DPoP x", dpop: sent[0]?.get("dpop") ?? "" },
      });
    // The wrong endpoint: a proof names its own (RFC 9449 section 4.3).
    expect((await attempt()).status).toBe(401);
    const body = new URLSearchParams({ grant_type: "refresh_token", refresh_token, client_id: "spa" });
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        fetch(`${identity.issuer}/token`, { method: "POST", headers: sent[0] ?? {}, body }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it("a client registered for it gets no token without a proof", async () => {
    const other = await RelyingParty.discover(identity, bound, bound.redirectUris[0]);
    const { parameters, verifier } = await codeFor(other);
    const { server, client, authenticate, redirectUri } = other;
    const response = await oauth.authorizationCodeGrantRequest(
      ...([server, client, authenticate, parameters, redirectUri, verifier] as const),
      http,
    );
    expect(await errorOf(response)).toBe("invalid_grant");
  });

  it("a bound token opens nothing as a bearer token", async () => {
    const { access_token } = await tokens(proofOf(await newKey()));
    const response = await fetch(`${identity.issuer}/identity/users`, {
      headers: { authorization: `Bearer ${access_token}` },
    });
    expect(response.status).toBe(401);
  });

  it("S4.5 scripts of the client's own origin read the answers and the nonce, those of another do not", async () => {
    const body = { grant_type: "refresh_token", refresh_token: "unknown", client_id: "spa" };
    const call = (from: string) =>
      fetch(`${identity.issuer}/token`, {
        method: "POST",
        headers: { origin: from },
        body: new URLSearchParams(body),
      });
    const own = await call(origin);
    expect(own.headers.get("access-control-allow-origin")).toBe(origin);
    expect(own.headers.get("access-control-expose-headers")).toContain("DPoP-Nonce");
    const foreign = await call("https://evil.example");
    expect(foreign.headers.get("access-control-allow-origin")).toBeNull();
    expect(foreign.headers.get("access-control-allow-credentials")).toBeNull();
    expect(await errorOf(foreign)).toBe("invalid_request");
  });
});
