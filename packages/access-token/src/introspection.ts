import { type AccessTokenClaims, accessTokenClaimsSchema } from "@mullion/contracts";
import {
  type AuthorizationServer,
  allowInsecureRequests,
  ClientSecretBasic,
  discoveryRequest,
  type IntrospectionResponse,
  introspectionRequest,
  processDiscoveryResponse,
  processIntrospectionResponse,
} from "oauth4webapi";
import { AccessTokenError } from "./errors.ts";

/** Who asks the issuer about tokens (RFC 7662). */
export interface IntrospectionOptions {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Up to the issuer's answer, in milliseconds; 2 s when not given. */
  timeoutMs?: number;
}

/** Asks the issuer whether a token is still good, each time anew: nothing is kept between two questions. */
export interface Introspection {
  /**
   * The claims of an active access token for this audience, JWT or opaque. Rejects with `AccessTokenError`:
   * `inactive_token`, `invalid_token` when it is for another audience, `introspection_unavailable`.
   */
  introspect(token: string, audience: string): Promise<AccessTokenClaims>;
}

function isFor(response: IntrospectionResponse, audience: string): boolean {
  return response.aud === audience || (Array.isArray(response.aud) && response.aud.includes(audience));
}

/** Introspection at an issuer whose endpoint is found by discovery. */
export function createIntrospection(options: IntrospectionOptions): Introspection {
  const { issuer, clientId, clientSecret, timeoutMs = 2_000 } = options;
  const issuerUrl = new URL(issuer);
  const client = { client_id: clientId };
  let server: AuthorizationServer | undefined;

  async function ask(token: string): Promise<IntrospectionResponse> {
    const http = {
      // http is for the one machine the platform runs on in development; an issuer on https never leaves it.
      [allowInsecureRequests]: issuerUrl.protocol === "http:",
      signal: AbortSignal.timeout(timeoutMs),
    };
    try {
      server ??= await processDiscoveryResponse(issuerUrl, await discoveryRequest(issuerUrl, http));
      const response = await introspectionRequest(
        server,
        client,
        ClientSecretBasic(clientSecret),
        token,
        // Without it the issuer would look the token up as a refresh token too.
        { ...http, additionalParameters: { token_type_hint: "access_token" } },
      );
      return await processIntrospectionResponse(server, client, response);
    } catch (error) {
      throw new AccessTokenError("introspection_unavailable", error);
    }
  }

  return {
    async introspect(token, audience) {
      const response = await ask(token);
      // A refresh token is active too, and has no token type: it is not for being presented.
      if (!response.active || response.token_type?.toLowerCase() !== "bearer") {
        throw new AccessTokenError("inactive_token");
      }
      if (response.iss !== issuer || !isFor(response, audience)) throw new AccessTokenError("invalid_token");
      const claims = accessTokenClaimsSchema.safeParse({
        ...response,
        // RFC 9068 section 2.2: a client that acts for itself is its own subject.
        sub: response.sub ?? response.client_id,
        // An opaque token has no id but itself.
        jti: response.jti ?? "",
      });
      if (!claims.success) throw new AccessTokenError("invalid_token", claims.error);
      return claims.data;
    },
  };
}
