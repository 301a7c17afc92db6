import { createRemoteJWKSet, type JWTPayload, type JWTVerifyResult, jwtVerify } from "jose";
import { expect, vi } from "vitest";
import { z } from "zod";
import type { ClientRegistration } from "../../src/clients/registered-client.ts";
import { Browser } from "../browser.ts";
import { password, type TestIdentity } from "../identity.ts";

const email = "foo@mullion.test";
const redirectUri = "https://suite.example/test/a/mullion/callback";
export const postLogoutRedirectUri = "https://suite.example/test/a/mullion/post_logout_redirect";

/** What a plan needs of its clients. */
export interface ConformanceOptions {
  backchannelLogoutUri?: string;
}

const secretOf = (clientId: string): string => `${clientId}-secret-of-the-conformance-suite`;
export const firstClient = "suite-first";
export const secondClient = "suite-second";

/** The suite's two clients. Its basic plan uses no PKCE, so they are excused; consent is asked for, they are nobody's own. */
export function conformanceClients({ backchannelLogoutUri }: ConformanceOptions): ClientRegistration[] {
  return [firstClient, secondClient].map((clientId) => ({
    clientId,
    clientSecret: secretOf(clientId),
    grantTypes: ["authorization_code", "refresh_token"],
    redirectUris: [redirectUri],
    postLogoutRedirectUris: [postLogoutRedirectUri],
    requirePkce: false,
    // What a client of the suite expects when it says nothing. With it, the provider offers RS256 at all.
    idTokenSignedResponseAlg: "RS256",
    ...(backchannelLogoutUri === undefined ? {} : { backchannelLogoutUri }),
  }));
}

const tokenSetSchema = z.looseObject({
  access_token: z.string().min(1),
  token_type: z.literal("Bearer"),
  expires_in: z.number().positive(),
  id_token: z.string(),
  refresh_token: z.string().optional(),
});
export type TokenSet = z.output<typeof tokenSetSchema>;

/** How an authorization request ended. */
export interface Ending {
  /** Where the browser was sent, when it was sent back to the client. */
  callback: URL | undefined;
  status: number;
  page: string;
  /** The user had to sign in. */
  signedIn: boolean;
}

export type Parameters = Readonly<Record<string, string>>;

/** The provider as the suite sees it: by discovery, with a person's browser and two registered clients. */
export class OpenIdProvider {
  readonly identity: TestIdentity;
  readonly metadata: Readonly<Record<string, unknown>>;
  browser = new Browser();
  readonly #keys: ReturnType<typeof createRemoteJWKSet>;

  private constructor(identity: TestIdentity, metadata: Readonly<Record<string, unknown>>) {
    this.identity = identity;
    this.metadata = metadata;
    this.#keys = createRemoteJWKSet(new URL(String(metadata["jwks_uri"])));
  }

  static async discover(identity: TestIdentity): Promise<OpenIdProvider> {
    await identity.addUser(email, ["member"]);
    const metadata = await vi.waitFor(
      async () => {
        const response = await fetch(`${identity.issuer}/.well-known/openid-configuration`);
        const found = (await response.json()) as Record<string, unknown>;
        // A key of the clients' algorithm is made when they are registered.
        expect(found["id_token_signing_alg_values_supported"]).toContain("RS256");
        return found;
      },
      { timeout: 10_000, interval: 20 },
    );
    return new OpenIdProvider(identity, metadata);
  }

  /** A browser without cookies. */
  newBrowser(): void {
    this.browser = new Browser();
  }

  endpoint(name: string): string {
    return String(this.metadata[name]);
  }

  authorizationRequest(parameters: Parameters = {}, client = firstClient): URLSearchParams {
    return new URLSearchParams({
      client_id: client,
      redirect_uri: redirectUri,
      response_type: "code",
      scope: "openid",
      state: "suite-state-0123456789",
      nonce: "suite-nonce-0123456789",
      ...parameters,
    });
  }

  /** Sends the browser to the authorization endpoint, and signs in and consents where it is asked to. */
  async authorize(request: URLSearchParams, method: "GET" | "POST" = "GET"): Promise<Ending> {
    const endpoint = this.endpoint("authorization_endpoint");
    const start =
      method === "GET"
        ? await this.browser.get(`${endpoint}?${request.toString()}`)
        : await this.browser.post(endpoint, Object.fromEntries(request), { origin: "https://suite.example" });
    let { url, response } = await this.browser.follow(start);
    let signedIn = false;
    for (let steps = 0; steps < 3; steps += 1) {
      if (!url.startsWith(this.identity.issuer)) {
        return { callback: new URL(url), status: response.status, page: "", signedIn };
      }
      const page = await response.text();
      const isSignIn = page.includes('name="password"');
      if (!isSignIn && !page.includes('value="allow"')) {
        return { callback: undefined, status: response.status, page, signedIn };
      }
      signedIn ||= isSignIn;
      const [path, fields] = isSignIn
        ? (["sign-in", { email, password }] as const)
        : (["consent", { decision: "allow" }] as const);
      ({ url, response } = await this.browser.follow(await this.browser.post(`${url}/${path}`, fields)));
    }
    throw new Error(`the authorization request came to no end at ${url}`);
  }

  /** The code that a request ended with, after the checks of every such answer. */
  codeOf({ callback, page }: Ending, request: URLSearchParams): string {
    if (callback === undefined) throw new Error(`the provider showed a page: ${page}`);
    const parameters = callback.searchParams;
    expect(`${callback.origin}${callback.pathname}`).toBe(redirectUri);
    expect(parameters.get("error")).toBeNull();
    expect(parameters.get("state")).toBe(request.get("state"));
    expect(parameters.get("iss")).toBe(this.identity.issuer);
    const code = parameters.get("code") ?? "";
    expect(code.length).toBeGreaterThanOrEqual(22);
    return code;
  }

  async tokenRequest(
    parameters: Parameters,
    { client = firstClient, post = false }: { client?: string; post?: boolean } = {},
  ): Promise<Response> {
    const credentials = post ? { client_id: client, client_secret: secretOf(client) } : {};
    const headers = post ? {} : { authorization: `Basic ${btoa(`${client}:${secretOf(client)}`)}` };
    return fetch(this.endpoint("token_endpoint"), {
      method: "POST",
      headers,
      body: new URLSearchParams({ ...parameters, ...credentials }),
    });
  }

  async tokensOf(response: Response): Promise<TokenSet> {
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toContain("no-store");
    return tokenSetSchema.parse(await response.json());
  }

  async redeem(
    code: string,
    extra: Parameters = {},
    how: { client?: string; post?: boolean } = {},
  ): Promise<Response> {
    const parameters = { grant_type: "authorization_code", code, redirect_uri: redirectUri, ...extra };
    return this.tokenRequest(parameters, how);
  }

  /** Signature and claims of an ID token (OpenID Connect Core 3.1.3.7). */
  async verifyIdToken(
    { id_token }: TokenSet,
    request: URLSearchParams,
  ): Promise<JWTVerifyResult<JWTPayload & { sub: string }>> {
    const verified = await jwtVerify<{ sub: string }>(id_token, this.#keys, {
      issuer: this.identity.issuer,
      audience: request.get("client_id") ?? "",
      requiredClaims: ["sub", "exp", "iat"],
    });
    expect(verified.payload["nonce"] ?? null).toBe(request.get("nonce"));
    return verified;
  }

  /** A whole sign-in: request, code, tokens, and the ID token verified. */
  async signIn(
    parameters: Parameters = {},
    client = firstClient,
  ): Promise<{ tokens: TokenSet; ending: Ending; claims: JWTPayload & { sub: string }; code: string }> {
    const request = this.authorizationRequest(parameters, client);
    const ending = await this.authorize(request);
    const code = this.codeOf(ending, request);
    const tokens = await this.tokensOf(await this.redeem(code, {}, { client }));
    const { payload } = await this.verifyIdToken(tokens, request);
    return { tokens, ending, claims: payload, code };
  }

  /** Claims at the userinfo endpoint, after the checks of every such answer. */
  async userinfo({ access_token }: TokenSet, subject: string): Promise<Record<string, unknown>> {
    const response = await fetch(this.endpoint("userinfo_endpoint"), {
      headers: { authorization: `Bearer ${access_token}` },
    });
    return this.userinfoOf(response, subject);
  }

  async userinfoOf(response: Response, subject: string): Promise<Record<string, unknown>> {
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("application/json");
    const claims = (await response.json()) as Record<string, unknown>;
    expect(claims["sub"]).toBe(subject);
    return claims;
  }

  /** Moves the sign-in at the provider into the past, as waiting would. */
  async age(seconds: number): Promise<void> {
    await this.identity.pool.query(
      `update sessions set payload =
         jsonb_set(payload, '{loginTs}', to_jsonb((payload ->> 'loginTs')::bigint - $1::bigint))
       where payload ? 'loginTs'`,
      [seconds],
    );
  }
}
