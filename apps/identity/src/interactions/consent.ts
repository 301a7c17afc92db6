import type { Pool } from "@mullion/postgres";
import type Provider from "oidc-provider";
import type { Grant, Interaction } from "oidc-provider";
import { errors } from "oidc-provider";
import { z } from "zod";
import { toProviderError } from "../storage/create-adapter.ts";
import { type ConsentedScopes, rememberConsent } from "./consent-store.ts";

// What the library found missing from the grant.
const missingSchema = z.object({
  missingOIDCScope: z.array(z.string()).default([]),
  missingOIDCClaims: z.array(z.string()).default([]),
  missingResourceScopes: z.record(z.string(), z.array(z.string())).default({}),
});

function words(text: string | undefined): string[] {
  return (text ?? "").split(" ").filter((word) => word !== "");
}

function scopesOf({ openid, resources }: Pick<Grant, "openid" | "resources">): ConsentedScopes {
  return {
    openid: words(openid?.scope),
    claims: openid?.claims ?? [],
    resources: Object.fromEntries(
      Object.entries(resources ?? {}).map(([resource, scope]) => [resource, words(scope)]),
    ),
  };
}

/** Adds scopes to a grant. */
export function addToGrant(grant: Grant, { openid, claims, resources }: ConsentedScopes): void {
  if (openid.length > 0) grant.addOIDCScope(openid);
  if (claims.length > 0) grant.addOIDCClaims(claims);
  for (const [resource, scopes] of Object.entries(resources)) {
    if (scopes.length > 0) grant.addResourceScope(resource, scopes);
  }
}

/** What the consent page asks for. */
export interface AskedScopes {
  /** Not allowed so far. */
  scopes: string[];
  /** Allowed before, and asked for again. */
  allowed: string[];
}

/** The scopes the user is asked to allow, and those that the client has. */
export async function askedScopes(
  provider: Provider,
  { prompt, params, grantId }: Interaction,
): Promise<AskedScopes> {
  const { missingOIDCScope, missingResourceScopes } = missingSchema.parse(prompt.details);
  const grant = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const { openid, resources } = scopesOf(grant ?? {});
  const requested = new Set(words(typeof params["scope"] === "string" ? params["scope"] : ""));
  const had = new Set([...openid, ...Object.values(resources).flat()]);
  return {
    scopes: [...missingOIDCScope, ...Object.values(missingResourceScopes).flat()],
    allowed: [...had].filter((scope) => requested.has(scope)),
  };
}

/** Stores that the user allows what was asked, for this sign-in and for those to come; returns the id of the grant. */
export async function allowedGrant(
  provider: Provider,
  pool: Pool,
  interaction: Interaction,
): Promise<string> {
  const { prompt, params, session, grantId } = interaction;
  const existing = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  if (session === undefined) throw new errors.SessionNotFound("nobody is signed in");
  const { accountId } = session;
  const clientId = String(params["client_id"]);
  const grant = existing ?? new provider.Grant({ accountId, clientId });
  const missing = missingSchema.parse(prompt.details);
  addToGrant(grant, {
    openid: missing.missingOIDCScope,
    claims: missing.missingOIDCClaims,
    resources: missing.missingResourceScopes,
  });
  try {
    await rememberConsent(pool, { userId: accountId, clientId, scopes: scopesOf(grant) });
  } catch (error) {
    throw toProviderError(error);
  }
  return grant.save();
}
