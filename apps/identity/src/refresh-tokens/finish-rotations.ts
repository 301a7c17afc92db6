import type { Pool } from "@mullion/postgres";
import type Provider from "oidc-provider";
import { errors, type KoaContextWithOIDC } from "oidc-provider";
import { toProviderError } from "../storage/create-adapter.ts";
import { findAnswer, rotate } from "./family-store.ts";
import { type RefreshRequest, refreshOf } from "./refresh-request.ts";
import { type Answer, parseAnswer, type Question, replayAnswer, sealAnswer } from "./replay.ts";

function questionOf({ oidc }: KoaContextWithOIDC): Question {
  const { scope, resource } = oidc.params ?? {};
  const resources: unknown[] = Array.isArray(resource) ? resource : resource === undefined ? [] : [resource];
  return {
    scope: typeof scope === "string" ? scope : null,
    resource: resources.map(String),
    jkt: oidc.entities.AccessToken?.jkt ?? null,
  };
}

/** What a refresh that the library has answered is really answered. Rejects with `InvalidGrant`. */
async function finish(
  pool: Pool,
  request: RefreshRequest,
  { clientId, question, own }: { clientId: string; question: Question; own: Answer },
): Promise<Answer> {
  const { parent: token, child } = request;
  if (token === undefined || child === undefined) return own;
  if (request.replay !== true) {
    const sealed = sealAnswer({ token, clientId }, { question, answer: own });
    if (await rotate(pool, { parent: token, child: child.id, sealed })) return own;
    // Another request was first, or the grant is gone by now.
    request.replay = true;
  }
  const sealed = await findAnswer(pool, token);
  const answer = sealed && replayAnswer({ token, clientId, sealed }, { question, own });
  if (answer === undefined) throw new errors.InvalidGrant("refresh token already used");
  return answer;
}

/**
 * Replaces refresh tokens once the library has made its answer: the answer is what a repeated request is given. Whoever
 * comes second with the same token gets the tokens of whoever came first.
 */
export function finishRotations(provider: Provider, pool: Pool): void {
  provider.use(async (ctx: KoaContextWithOIDC, next: () => Promise<void>) => {
    await next();
    const request = refreshOf(ctx);
    const { client } = request === undefined ? {} : ctx.oidc;
    if (request?.child === undefined || client === undefined || ctx.status !== 200) return;
    try {
      const asked = { clientId: client.clientId, question: questionOf(ctx), own: parseAnswer(ctx.body) };
      ctx.body = await finish(pool, request, asked);
    } catch (error) {
      const known = toProviderError(error);
      if (!(known instanceof errors.OIDCProviderError)) throw error;
      ctx.status = known.statusCode;
      ctx.body = { error: known.error, error_description: known.error_description };
    }
  });
}
