import type Provider from "oidc-provider";
import type { Interaction } from "oidc-provider";
import { errors } from "oidc-provider";
import { z } from "zod";

// What the library found missing from the grant.
const missingSchema = z.object({
  missingOIDCScope: z.array(z.string()).default([]),
  missingOIDCClaims: z.array(z.string()).default([]),
  missingResourceScopes: z.record(z.string(), z.array(z.string())).default({}),
});

/** The scopes the user is asked to allow. */
export function askedScopes({ prompt }: Interaction): string[] {
  const { missingOIDCScope, missingResourceScopes } = missingSchema.parse(prompt.details);
  return [...missingOIDCScope, ...Object.values(missingResourceScopes).flat()];
}

/** Stores that the user allows what was asked; returns the id of the grant. */
export async function allowedGrant(provider: Provider, interaction: Interaction): Promise<string> {
  const { prompt, params, session, grantId } = interaction;
  const existing = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  if (session === undefined) throw new errors.SessionNotFound("nobody is signed in");
  const grant =
    existing ?? new provider.Grant({ accountId: session.accountId, clientId: String(params["client_id"]) });
  const missing = missingSchema.parse(prompt.details);
  grant.addOIDCScope(missing.missingOIDCScope);
  grant.addOIDCClaims(missing.missingOIDCClaims);
  for (const [resource, scopes] of Object.entries(missing.missingResourceScopes)) {
    grant.addResourceScope(resource, scopes);
  }
  return grant.save();
}
