import {
  type AuthorizationServer,
  allowInsecureRequests,
  ClientSecretBasic,
  discoveryRequest,
  processDiscoveryResponse,
  processRefreshTokenResponse,
  ResponseBodyError,
  refreshTokenGrantRequest,
} from "oauth4webapi";

/** Client and provider that issued the tokens. */
export interface RefresherOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly timeoutMs?: number;
}

/** What a refresh brought. `expiresInSeconds` counts from the reply. */
export interface RefreshedTokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly idToken: string | undefined;
  readonly expiresInSeconds: number;
  readonly scope: string | undefined;
}

/** `refreshed`, `ended` when identity says the grant is over for good, `unavailable` for anything that may pass. */
export type RefreshOutcome =
  | { readonly kind: "refreshed"; readonly tokens: RefreshedTokens }
  | { readonly kind: "ended"; readonly error: string }
  | { readonly kind: "unavailable"; readonly cause: unknown };

/**
 * Exchanges a refresh token for an access token of one audience (RFC 6749 section 6, RFC 8707). Never throws: the
 * outcome says what happened.
 */
export type Refresher = (refreshToken: string, audience: string) => Promise<RefreshOutcome>;

/** Creates a refresher; discovery happens at the first use and is kept. */
export function createRefresher(options: RefresherOptions): Refresher {
  const issuer = new URL(options.issuer);
  const client = { client_id: options.clientId };
  const authenticate = ClientSecretBasic(options.clientSecret);
  let server: AuthorizationServer | undefined;

  const request = async (refreshToken: string, audience: string): Promise<RefreshedTokens> => {
    const http = {
      [allowInsecureRequests]: issuer.protocol === "http:",
      signal: AbortSignal.timeout(options.timeoutMs ?? 10_000),
    };
    server ??= await processDiscoveryResponse(issuer, await discoveryRequest(issuer, http));
    const response = await refreshTokenGrantRequest(server, client, authenticate, refreshToken, {
      ...http,
      additionalParameters: { resource: audience },
    });
    const result = await processRefreshTokenResponse(server, client, response);
    return {
      accessToken: result.access_token,
      refreshToken: result.refresh_token,
      idToken: result.id_token,
      expiresInSeconds: result.expires_in ?? 0,
      scope: result.scope,
    };
  };

  return async (refreshToken, audience) => {
    try {
      return { kind: "refreshed", tokens: await request(refreshToken, audience) };
    } catch (cause) {
      if (cause instanceof ResponseBodyError && cause.error === "invalid_grant") {
        return { kind: "ended", error: cause.error };
      }
      return { kind: "unavailable", cause };
    }
  };
}
