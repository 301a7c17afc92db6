import type { Configuration } from "oidc-provider";
import { mayIntrospect } from "../access-tokens/introspection.ts";
import { mayRevoke } from "../access-tokens/revocation.ts";
import { deviceFlow } from "../grants/device-flow.ts";
import type { PageContext } from "../pages/layout.ts";
import { deriveSecret } from "./cookies.ts";
import { renderWith } from "./provider-pages.ts";
import { resourceIndicators } from "./resources.ts";

/** What the features are configured by. */
export interface FeatureOptions {
  audience: string;
  accessTokenTtlSeconds: number;
  cookieKeys: readonly string[];
  pages: PageContext;
}

/** The extensions of OAuth and OpenID Connect that are offered. What is not named here is off. */
export function features(options: FeatureOptions): NonNullable<Configuration["features"]> {
  const { audience, accessTokenTtlSeconds, cookieKeys, pages } = options;
  return {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    claimsParameter: { enabled: true },
    clientCredentials: { enabled: true },
    deviceFlow: deviceFlow(pages),
    // The acknowledged version is the library's: an update that changes it ends the start.
    externalSigningSupport: { enabled: true, ack: "experimental-01" },
    dPoP: {
      enabled: true,
      nonceSecret: deriveSecret(cookieKeys[0] ?? "", "dpop-nonce"),
      // A public client's key is all it has: its proofs must not be made in advance (RFC 9449 section 8).
      requireNonce: (ctx) => ctx.oidc.client?.clientAuthMethod === "none",
    },
    introspection: { enabled: true, allowedPolicy: (_ctx, client, token) => mayIntrospect(client, token) },
    pushedAuthorizationRequests: { enabled: true },
    revocation: { enabled: true, allowedPolicy: mayRevoke },
    resourceIndicators: resourceIndicators(audience, accessTokenTtlSeconds),
    rpInitiatedLogout: { enabled: true, ...renderWith(pages).logout },
  };
}
