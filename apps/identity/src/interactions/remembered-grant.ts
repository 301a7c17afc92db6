import type { Pool } from "@mullion/postgres";
import type { Grant, KoaContextWithOIDC } from "oidc-provider";
import { toProviderError } from "../storage/create-adapter.ts";
import { addToGrant } from "./consent.ts";
import { type Consent, findConsent, isConsented } from "./consent-store.ts";

async function grantOfSession(ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { provider, result, session, client } = ctx.oidc;
  const grantId = result?.consent?.grantId ?? (client && session?.grantIdFor(client.clientId));
  return grantId === undefined ? undefined : provider.Grant.find(grantId);
}

/**
 * The grant of a client of somebody else: the one of this sign-in, with what the user allowed the client in any other.
 * None when the user allowed nothing, is not known yet, or is to be asked in any case.
 */
export async function rememberedGrant(pool: Pool, ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { provider, session, client } = ctx.oidc;
  const existing = await grantOfSession(ctx);
  const userId = session?.accountId;
  if (client === undefined || userId === undefined) return existing;
  if (ctx.oidc.promptPending("login") || ctx.oidc.promptPending("consent")) return existing;
  const key = { userId, clientId: client.clientId };
  try {
    const consent: Consent | undefined = await findConsent(pool, key);
    if (consent === undefined) return existing;
    const grant = existing ?? new provider.Grant({ accountId: userId, clientId: client.clientId });
    addToGrant(grant, consent);
    await grant.save();
    // Taken back while this request was under way: what it made goes too.
    if (await isConsented(pool, key)) return grant;
    await grant.destroy();
    return undefined;
  } catch (error) {
    throw toProviderError(error);
  }
}
