import {
  type AuthorizationServer,
  allowInsecureRequests,
  ClientSecretBasic,
  clientCredentialsGrantRequest,
  discoveryRequest,
  processClientCredentialsResponse,
  processDiscoveryResponse,
} from "oauth4webapi";
import { AccessTokenError } from "./errors.ts";

/** A client that acts for itself (RFC 6749 section 4.4). */
export interface ClientCredentialsOptions {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Space-separated. */
  scope: string;
  /** Resource indicator (RFC 8707); the issuer's default when not given. */
  resource?: string;
}

const renewBeforeExpiryMs = 30_000;
const timeoutMs = 5_000;

/** Gets access tokens for the client itself and keeps one until shortly before it expires. */
export function createClientCredentials(options: ClientCredentialsOptions): {
  getToken(): Promise<string>;
} {
  const { issuer, clientId, clientSecret, scope, resource } = options;
  const issuerUrl = new URL(issuer);
  let server: AuthorizationServer | undefined;
  let cached: { token: string; renewAt: number } | undefined;
  let pending: Promise<string> | undefined;

  const http = () => ({
    // http is for the one machine the platform runs on in development; an issuer on https never leaves it.
    [allowInsecureRequests]: issuerUrl.protocol === "http:",
    signal: AbortSignal.timeout(timeoutMs),
  });

  async function request(): Promise<string> {
    try {
      server ??= await processDiscoveryResponse(issuerUrl, await discoveryRequest(issuerUrl, http()));
      const client = { client_id: clientId };
      const parameters = { scope, ...(resource === undefined ? {} : { resource }) };
      const response = await clientCredentialsGrantRequest(
        server,
        client,
        ClientSecretBasic(clientSecret),
        parameters,
        http(),
      );
      const granted = await processClientCredentialsResponse(server, client, response);
      const lifetimeMs = (granted.expires_in ?? 60) * 1000;
      const renewAt = Date.now() + Math.max(lifetimeMs - renewBeforeExpiryMs, lifetimeMs / 2);
      cached = { token: granted.access_token, renewAt };
      return granted.access_token;
    } catch (error) {
      throw new AccessTokenError("token_request_failed", error);
    }
  }

  return {
    /** A valid token; rejects with `AccessTokenError` `token_request_failed`. Callers at the same time share a request. */
    async getToken() {
      if (cached !== undefined && Date.now() < cached.renewAt) return cached.token;
      pending ??= request().finally(() => {
        pending = undefined;
      });
      return pending;
    },
  };
}
