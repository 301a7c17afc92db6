import { hash, randomBytes } from "node:crypto";
import type { Pool } from "@mullion/postgres";
import type { FastifyRequest } from "fastify";
import type Provider from "oidc-provider";
import type { Client } from "oidc-provider";
import { userScopesOf } from "../provider/resources.ts";
import { bindGrant } from "../sign-ins/sign-in-store.ts";
import type { AskTokenEndpoint, Tokens } from "./token-endpoint.ts";

const userScope = "openid profile email offline_access";

/** What starting a session takes. */
export interface StartOptions {
  pool: Pool;
  audience: string;
  issuer: string;
  askTokenEndpoint: AskTokenEndpoint;
}

function randomId(): string {
  return randomBytes(32).toString("base64url");
}

function apiScopes(audience: string, asked: string | undefined): string[] {
  const all = userScopesOf(audience).get(audience) ?? [];
  const names = asked?.split(" ");
  return names === undefined ? [...all] : all.filter((scope) => names.includes(scope));
}

/**
 * Starts a session for a person who has just proved who they are, the way the authorization endpoint would: a grant of its
 * own, so that one device can be signed out alone, and a code, redeemed here and now. Undefined when all sign-ins of the
 * person were ended in that very moment.
 */
export async function startSession(
  options: StartOptions,
  provider: Provider,
  signIn: { client: Client; accountId: string; scope: string | undefined; request: FastifyRequest },
): Promise<Tokens | undefined> {
  const { pool, audience, issuer, askTokenEndpoint } = options;
  const { client, accountId, request } = signIn;
  const scopes = apiScopes(audience, signIn.scope);
  const [sessionUid, sid, verifier] = [randomId(), randomId(), randomId()];
  const signedInAt = Math.floor(Date.now() / 1000);

  const grant = new provider.Grant({ accountId, clientId: client.clientId });
  grant.addOIDCScope(userScope);
  grant.addResourceScope(audience, scopes);
  const grantId = await grant.save();
  await bindGrant(pool, grantId, {
    ...{ sessionUid, sid, signedInAt: new Date(signedInAt * 1000) },
    ...{ address: request.ip, userAgent: request.headers["user-agent"] },
  });

  // Registered nowhere: no authorization request can ask for a code that goes there.
  const redirectUri = `${issuer}/spa/${client.clientId}/session`;
  const code = new provider.AuthorizationCode({
    ...{ client, accountId, grantId, redirectUri, sessionUid, sid },
    ...{ gty: "authorization_code", amr: ["pwd"], authTime: signedInAt },
    scope: [userScope, ...scopes].join(" "),
    resource: audience,
    codeChallenge: hash("sha256", verifier, "base64url"),
    codeChallengeMethod: "S256",
  });
  return askTokenEndpoint(
    {
      grant_type: "authorization_code",
      client_id: client.clientId,
      code: await code.save(),
      code_verifier: verifier,
      redirect_uri: redirectUri,
    },
    request,
  );
}
