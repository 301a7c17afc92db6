import type { AccessTokenClaims, Actor } from "@mullion/contracts";
import { tokenExchangeGrant } from "@mullion/contracts/identity-clients";
import type { Pool } from "@mullion/postgres";
import type Provider from "oidc-provider";
import { type Client, errors, type KoaContextWithOIDC } from "oidc-provider";
import { z } from "zod";
import type { ActiveTokens } from "../access-tokens/active-tokens.ts";
import { tokenExchangePolicy } from "../clients/client-metadata.ts";
import { resourceServer } from "../provider/resources.ts";
import { createFindAccount, UserAccount } from "../users/account.ts";
import { type SubjectToken, setSubjectToken } from "./subject-token.ts";

const accessTokenType = "urn:ietf:params:oauth:token-type:access_token";

const requestSchema = z.object({
  subject_token: z.string().min(1),
  subject_token_type: z.literal(accessTokenType),
  requested_token_type: z.literal(accessTokenType).optional(),
  // The client that authenticated is the actor: it needs no other proof of who it is.
  actor_token: z.undefined(),
  actor_token_type: z.undefined(),
  audience: z.string().optional(),
  resource: z.string().optional(),
  scope: z.string().optional(),
});
type ExchangeRequest = z.output<typeof requestSchema>;

/** Parameters of RFC 8693 section 2.1. */
const parameters = Object.keys(requestSchema.shape);

// A chain that grows has no end otherwise, and neither has the token.
const maxActors = 5;

function countActors(actor: Actor | undefined): number {
  return actor === undefined ? 0 : 1 + countActors(actor.act);
}

function readRequest(params: object): ExchangeRequest {
  const { success, data, error } = requestSchema.safeParse(params);
  if (success) return data;
  const names = error.issues.map(({ path }) => path.join("."));
  throw new errors.InvalidRequest(`missing or not supported: ${names.join(", ")}`);
}

/** The subject token, if this client may exchange it. RFC 8693 section 2.2.2 has one error for all that is wrong with it. */
async function findSubject(tokens: ActiveTokens, client: Client, token: string): Promise<SubjectToken> {
  const refuse = (reason: string): never => {
    throw new errors.InvalidRequest(`the subject_token ${reason}`);
  };
  const found = await tokens.findWithGrant(token);
  if (found === undefined) return refuse("is not active");
  const { claims, grant } = found;
  if (tokenExchangePolicy(client)?.subjectClients.includes(claims.client_id) !== true) {
    return refuse("is of a client whose tokens this one may not exchange");
  }
  if (grant === undefined) return refuse("acts for no user");
  // Only its holder can prove the key it is bound to.
  if (claims.cnf !== undefined) return refuse("is bound to a key of its holder");
  if (countActors(claims.act) >= maxActors) return refuse("has been exchanged too often");
  const act: Actor = { sub: client.clientId, ...(claims.act && { act: claims.act }) };
  return { claims, grant, act };
}

/** The one resource the new token is for: that of the subject token, and one the client's policy names. */
function targetOf(request: ExchangeRequest, client: Client, { aud }: AccessTokenClaims): string {
  const asked = [request.audience, request.resource].filter((name) => name !== undefined);
  const target = asked[0] ?? aud;
  const allowed = tokenExchangePolicy(client)?.audiences ?? [];
  if (typeof target !== "string" || target !== aud || !allowed.includes(target)) {
    throw new errors.InvalidTarget("the token cannot be exchanged for one for this resource");
  }
  if (asked.some((name) => name !== target)) {
    throw new errors.InvalidTarget("a token is for one resource");
  }
  return target;
}

function narrowedScope({ scope }: ExchangeRequest, claims: AccessTokenClaims): string {
  const held = claims.scope.split(" ");
  const asked = scope?.split(" ").filter((name) => name !== "") ?? held;
  const extra = asked.filter((name) => !held.includes(name));
  if (extra.length > 0) {
    throw new errors.InvalidScope("the subject_token does not have this scope", extra.join(" "));
  }
  return [...new Set(asked)].join(" ");
}

async function issue(
  ctx: KoaContextWithOIDC,
  client: Client,
  request: ExchangeRequest,
  subject: SubjectToken,
  ttlSeconds: number,
): Promise<void> {
  const { provider } = ctx.oidc;
  const { claims } = subject;
  const target = targetOf(request, client, claims);
  const scope = narrowedScope(request, claims);
  const remaining = claims.exp - Math.floor(Date.now() / 1000);
  const info = resourceServer(client, {
    resource: target,
    scope,
    ttlSeconds: Math.min(ttlSeconds, remaining),
  });
  const token = new provider.AccessToken({
    client,
    accountId: claims.sub,
    // The grant's own id is not in a token: extraTokenClaims passes its name on.
    grantId: "",
    gty: "token_exchange",
    resourceServer: new provider.ResourceServer(target, info),
    scope,
    expiresIn: info.accessTokenTTL,
    ...(claims.sid === undefined ? {} : { sid: claims.sid }),
  });
  ctx.oidc.entity("AccessToken", token);
  ctx.body = {
    access_token: await token.save(),
    issued_token_type: accessTokenType,
    token_type: token.tokenType,
    expires_in: info.accessTokenTTL,
    scope,
  };
}

/**
 * Token exchange (RFC 8693): a service that was called with a user's token gets one of its own to call on with. It never
 * allows more than the one before, nor longer, names everybody who acts in `act`, and brings no refresh token.
 */
export function registerTokenExchange(
  provider: Provider,
  options: { activeTokens: ActiveTokens; pool: Pool; accessTokenTtlSeconds: number },
): void {
  const findAccount = createFindAccount(options.pool);
  provider.registerGrantType(
    tokenExchangeGrant,
    async (ctx) => {
      const { client, params } = ctx.oidc;
      if (client.dpopBoundAccessTokens === true) {
        throw new errors.InvalidRequest("this client's tokens are bound to a key; exchanged ones are not");
      }
      const request = readRequest(params);
      const subject = await findSubject(options.activeTokens, client, request.subject_token);
      const account = await findAccount(ctx, subject.claims.sub);
      if (!(account instanceof UserAccount)) throw new errors.InvalidRequest("the user is gone");
      ctx.oidc.entity("Account", account);
      setSubjectToken(ctx, subject);
      await issue(ctx, client, request, subject, options.accessTokenTtlSeconds);
    },
    parameters,
  );
}
