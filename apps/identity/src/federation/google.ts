import * as openid from "openid-client";
import { z } from "zod";
import { toUpstreamError, type Upstream } from "./upstream.ts";

/** How identity is registered with Google. */
export interface GoogleOptions {
  clientId: string;
  clientSecret: string;
  issuer: string;
}

const timeoutSeconds = 5;
const claimsSchema = z.object({
  sub: z.string().min(1).max(255),
  email: z.email().max(254).toLowerCase().optional().catch(undefined),
  // A string in some providers' tokens; only the boolean counts.
  email_verified: z.literal(true).optional().catch(undefined),
  name: z.string().trim().min(1).max(200).optional().catch(undefined),
});

/** Plain http is for test servers on this machine; the environment is checked for that at start-up. */
export function permitLocalHttp(issuer: string): ((config: openid.Configuration) => void)[] {
  return new URL(issuer).protocol === "http:" ? [openid.allowInsecureRequests] : [];
}

/** Google, or whatever OpenID provider is at the issuer (OpenID Connect Core, code flow with PKCE). */
export function createGoogle({ clientId, clientSecret, issuer }: GoogleOptions): Upstream {
  let discovered: Promise<openid.Configuration> | undefined;

  async function discover(): Promise<openid.Configuration> {
    // When it is first needed: identity starts without Google.
    discovered ??= openid.discovery(new URL(issuer), clientId, clientSecret, undefined, {
      timeout: timeoutSeconds,
      // The ID token comes over TLS from the token endpoint, which would do; its signature is checked all the same.
      execute: [openid.enableNonRepudiationChecks, ...permitLocalHttp(issuer)],
    });
    try {
      return await discovered;
    } catch (error) {
      discovered = undefined;
      throw error;
    }
  }

  return {
    id: "google",
    name: "Google",
    async authorizationUrl(redirectUri, { state, nonce, codeVerifier }) {
      try {
        return openid.buildAuthorizationUrl(await discover(), {
          redirect_uri: redirectUri,
          scope: "openid email profile",
          state,
          nonce,
          code_challenge: await openid.calculatePKCECodeChallenge(codeVerifier),
          code_challenge_method: "S256",
          // Whoever shares a browser chooses an account, and is not signed in with somebody else's.
          prompt: "select_account",
        });
      } catch (error) {
        throw toUpstreamError(error);
      }
    },
    async userOf(callback, { state, nonce, codeVerifier }) {
      try {
        const tokens = await openid.authorizationCodeGrant(await discover(), callback, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: codeVerifier,
        });
        const { sub, email, email_verified, name } = claimsSchema.parse(tokens.claims());
        const verifiedEmail = email_verified === true ? email : undefined;
        return { issuer, subject: sub, email, verifiedEmail, name };
      } catch (error) {
        throw toUpstreamError(error);
      }
    },
  };
}
