import { apiAudience, identityAudience } from "@mullion/contracts";
import * as oauth from "oauth4webapi";
import { Browser } from "./browser.ts";
import { clients, password, shellRedirectUri, type TestIdentity } from "./identity.ts";

/** What an administrator has at the API, and at identity's own. */
export const everyApiScope = "profile:read profile:write insights:read registry:read insights:write";
export const everyIdentityScope = "users:read users:write audit:read";
const shellScope = `openid profile email offline_access ${everyApiScope} ${everyIdentityScope}`;
/** The resources the shell asks for. */
const bothResources: readonly string[] = [apiAudience, identityAudience];

const http = { [oauth.allowInsecureRequests]: true };

/** One authorization request, with what is needed to redeem its code. */
export interface Authorization {
  url: string;
  codeVerifier: string;
  nonce: string;
  state: string;
}

/** A client as oauth4webapi plays it: discovery, PKCE, state, nonce, and every check of the answers. */
export class RelyingParty {
  readonly server: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly authenticate: oauth.ClientAuth;
  readonly redirectUri: string;

  private constructor(
    server: oauth.AuthorizationServer,
    registered: { clientId: string; clientSecret?: string | undefined },
    redirectUri: string,
  ) {
    this.server = server;
    this.client = { client_id: registered.clientId };
    this.authenticate =
      registered.clientSecret === undefined ? oauth.None() : oauth.ClientSecretBasic(registered.clientSecret);
    this.redirectUri = redirectUri;
  }

  static async discover(
    { issuer, url }: Pick<TestIdentity, "issuer" | "url">,
    registered: { clientId: string; clientSecret?: string | undefined } = clients.shell,
    redirectUri: string = shellRedirectUri,
  ): Promise<RelyingParty> {
    const expected = new URL(issuer);
    const server = await oauth.processDiscoveryResponse(
      expected,
      await oauth.discoveryRequest(expected, http),
    );
    // Every instance names the issuer's endpoints: a load balancer would choose; here the test does.
    const here = Object.entries(server).map(([name, value]) => {
      const isEndpoint = name.endsWith("_endpoint") && typeof value === "string";
      return [name, isEndpoint ? value.replace(issuer, url) : value] as const;
    });
    return new RelyingParty({ issuer, ...Object.fromEntries(here) }, registered, redirectUri);
  }

  async authorization(
    scope: string = shellScope,
    extra: Readonly<Record<string, string>> = {},
    resources: readonly string[] = bothResources,
  ): Promise<Authorization> {
    const codeVerifier = oauth.generateRandomCodeVerifier();
    const nonce = oauth.generateRandomNonce();
    const state = oauth.generateRandomState();
    const url = new URL(this.server.authorization_endpoint ?? "");
    url.search = new URLSearchParams({
      client_id: this.client.client_id,
      response_type: "code",
      redirect_uri: this.redirectUri,
      scope,
      state,
      nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: "S256",
      ...extra,
    }).toString();
    for (const resource of resources) url.searchParams.append("resource", resource);
    return { url: url.href, codeVerifier, nonce, state };
  }

  async redeem(authorization: Authorization, callback: string): Promise<Response> {
    const parameters = oauth.validateAuthResponse(
      this.server,
      this.client,
      new URL(callback),
      authorization.state,
    );
    return oauth.authorizationCodeGrantRequest(
      this.server,
      this.client,
      this.authenticate,
      parameters,
      this.redirectUri,
      authorization.codeVerifier,
      http,
    );
  }

  async tokens(authorization: Authorization, callback: string): Promise<oauth.TokenEndpointResponse> {
    return oauth.processAuthorizationCodeResponse(
      this.server,
      this.client,
      await this.redeem(authorization, callback),
      { expectedNonce: authorization.nonce },
    );
  }

  async refresh(refreshToken: string, resource?: string): Promise<Response> {
    return oauth.refreshTokenGrantRequest(this.server, this.client, this.authenticate, refreshToken, {
      ...http,
      additionalParameters: resource === undefined ? {} : { resource },
    });
  }

  async refreshed(refreshToken: string, resource?: string): Promise<oauth.TokenEndpointResponse> {
    const response = await this.refresh(refreshToken, resource);
    return oauth.processRefreshTokenResponse(this.server, this.client, response);
  }

  async clientCredentials(scope: string, resource?: string): Promise<oauth.TokenEndpointResponse> {
    const response = await oauth.clientCredentialsGrantRequest(
      this.server,
      this.client,
      this.authenticate,
      { scope, ...(resource === undefined ? {} : { resource }) },
      http,
    );
    return oauth.processClientCredentialsResponse(this.server, this.client, response);
  }

  /** What introspection says of a token. */
  async introspect(token: string): Promise<oauth.IntrospectionResponse> {
    const { server, client, authenticate } = this;
    const response = await oauth.introspectionRequest(server, client, authenticate, token, http);
    return oauth.processIntrospectionResponse(server, client, response);
  }

  async revoke(token: string): Promise<void> {
    const { server, client, authenticate } = this;
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(server, client, authenticate, token, http),
    );
  }

  async terminate(identity: TestIdentity, sid: string): Promise<Response> {
    const headers = new Headers();
    const body = new URLSearchParams({ sid });
    await this.authenticate(this.server, this.client, body, headers);
    return fetch(`${identity.url}/session/terminate`, { method: "POST", headers, body });
  }
}

/** Opens the sign-in page of an authorization request; returns where its form goes. */
export async function openSignIn(browser: Browser, authorization: Authorization): Promise<string> {
  const { url, response } = await browser.follow(authorization.url);
  await response.body?.cancel();
  return `${url}/sign-in`;
}

/** Signs the user in and returns the tokens the client got. */
export async function signIn(
  party: RelyingParty,
  email: string,
  {
    scope = shellScope,
    browser = new Browser(),
    resources,
  }: { scope?: string; browser?: Browser; resources?: readonly string[] } = {},
): Promise<oauth.TokenEndpointResponse & { refresh_token: string; id_token: string }> {
  const authorization = await party.authorization(scope, {}, resources);
  const form = await openSignIn(browser, authorization);
  const { url } = await browser.follow(await browser.post(form, { email, password }));
  const tokens = await party.tokens(authorization, url);
  return { ...tokens, refresh_token: tokens.refresh_token ?? "", id_token: tokens.id_token ?? "" };
}

/** The claims of a JWT, unverified. */
export function decodeClaims(jwt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString("utf8")) as Record<
    string,
    unknown
  >;
}
