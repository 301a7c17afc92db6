import { AccessTokenError, accessTokenPlugin, type Verifier, type VerifyToken } from "@mullion/access-token";
import {
  identityAudience,
  type Revoked,
  type User,
  type UserList,
  userPatchSchema,
} from "@mullion/contracts";
import { parseBody, unavailable } from "@mullion/http-service";
import type { Pool } from "@mullion/postgres";
import type { FastifyInstance } from "fastify";
import { errors } from "oidc-provider";
import type { ActiveTokens } from "../access-tokens/active-tokens.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import type { LogoutNotices } from "../sign-ins/logout-notices.ts";
import { endEverySignIn } from "../sign-ins/sign-in-store.ts";
import { listUsers, type StoredUser, setRoles } from "./user-store.ts";

/** What the admin API works on. */
export interface AdminOptions {
  pool: Pool;
  verifier: Verifier;
  activeTokens: ActiveTokens;
  audit: AuditLog;
  notices: LogoutNotices;
}

function toContract(user: StoredUser): User {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    roles: user.roles,
    createdAt: user.createdAt.toISOString(),
    lastSignInAt: user.lastSignInAt?.toISOString() ?? null,
  };
}

/**
 * Whoever forwards a request here, its token must be for identity, and must not have been revoked meanwhile: identity
 * knows at no cost.
 */
function verification(verifier: Verifier, activeTokens: ActiveTokens): VerifyToken {
  return async (token) => {
    // First by itself, for an error that says what is wrong with it.
    if (token.includes(".")) await verifier.verify(token, identityAudience);
    const claims = await activeTokens.find(token).catch((error: unknown) => {
      throw error instanceof errors.TemporarilyUnavailable ? unavailable(error) : error;
    });
    if (claims === undefined) throw new AccessTokenError("inactive_token");
    if (claims.aud !== identityAudience) throw new AccessTokenError("invalid_token");
    return claims;
  };
}

/**
 * `GET /identity/users` (scope `users:read`); `PATCH /identity/users/:id` and `DELETE /identity/users/:id/sessions`
 * (scope `users:write`).
 */
export async function adminRoutes(
  app: FastifyInstance,
  { pool, verifier, activeTokens, audit, notices }: AdminOptions,
): Promise<void> {
  await app.register(accessTokenPlugin, { verifier: { verify: verification(verifier, activeTokens) } });

  app.get("/identity/users", { preHandler: app.requireScope("users:read") }, async (): Promise<UserList> => {
    return { users: (await listUsers(pool)).map(toContract) };
  });

  app.patch<{ Params: { id: string } }>(
    "/identity/users/:id",
    { preHandler: app.requireScope("users:write") },
    async (request): Promise<User> => {
      const { roles } = parseBody(userPatchSchema, request.body);
      const user = await setRoles(pool, request.params.id, roles);
      await audit.write({
        action: "user.roles",
        userId: request.accessToken.sub,
        clientId: request.accessToken.client_id,
        address: request.ip,
        details: { user: user.id, roles: user.roles },
      });
      return toContract(user);
    },
  );

  app.delete<{ Params: { id: string } }>(
    "/identity/users/:id/sessions",
    { preHandler: app.requireScope("users:write") },
    async ({ params, accessToken, ip }): Promise<Revoked> => {
      const { count, atClients } = await endEverySignIn(pool, params.id, {
        action: "user.sessions.revoke",
        userId: accessToken.sub,
        clientId: accessToken.client_id,
        address: ip,
        details: { user: params.id },
      });
      await notices.send(atClients);
      return { revoked: count };
    },
  );
}
