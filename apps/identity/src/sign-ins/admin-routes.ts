import { accessTokenPlugin, type VerifyToken } from "@mullion/access-token";
import type { Revoked, SignInList } from "@mullion/contracts";
import type { Pool } from "@mullion/postgres";
import type { FastifyInstance } from "fastify";
import type { AuditLog } from "../audit/audit-log.ts";
import { identityProblem } from "../errors.ts";
import { findUser } from "../users/user-store.ts";
import { listSignIns } from "./list-sign-ins.ts";
import type { LogoutDelivery } from "./logout-delivery.ts";
import { endEverySignIn, endSignInById } from "./sign-in-store.ts";

/** What the admin API of sign-ins works on. */
export interface SignInAdminOptions {
  pool: Pool;
  verify: VerifyToken;
  audit: AuditLog;
  logouts: LogoutDelivery;
}

async function listFor(pool: Pool, userId: string): Promise<SignInList> {
  if ((await findUser(pool, userId)) === undefined) throw identityProblem("user_not_found");
  const signIns = await listSignIns(pool, userId);
  return {
    sessions: signIns.map(({ id, device, clients, ip, createdAt, lastUsedAt, expiresAt }) => ({
      ...{ id, device, clients, address: ip },
      createdAt: createdAt.toISOString(),
      lastUsedAt: lastUsedAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    })),
  };
}

/**
 * `GET /identity/users/:id/sessions` (scope `users:read`); `DELETE /identity/users/:id/sessions/:session`, and without
 * `:session` all of them (scope `users:write`).
 */
export async function signInAdminRoutes(
  app: FastifyInstance,
  { pool, verify, audit, logouts }: SignInAdminOptions,
): Promise<void> {
  await app.register(accessTokenPlugin, { verifier: { verify } });
  const writes = { onRequest: app.requireScope("users:write") };

  app.get<{ Params: { id: string } }>(
    "/identity/users/:id/sessions",
    { onRequest: app.requireScope("users:read") },
    async ({ params }): Promise<SignInList> => listFor(pool, params.id),
  );

  app.delete<{ Params: { id: string; session: string } }>(
    "/identity/users/:id/sessions/:session",
    writes,
    async ({ params, accessToken, ip }, reply) => {
      const { id: user, session } = params;
      if (!(await endSignInById(pool, user, session))) throw identityProblem("sign_in_not_found");
      const entry = { userId: accessToken.sub, clientId: accessToken.client_id, address: ip };
      await audit.write({ ...entry, action: "user.sessions.revoke", details: { user, session } });
      await logouts.deliver();
      return reply.code(204).send();
    },
  );

  app.delete<{ Params: { id: string } }>(
    "/identity/users/:id/sessions",
    writes,
    async ({ params, accessToken, ip }): Promise<Revoked> => {
      const { count } = await endEverySignIn(pool, params.id, {
        action: "user.sessions.revoke",
        userId: accessToken.sub,
        clientId: accessToken.client_id,
        address: ip,
        details: { user: params.id },
      });
      await logouts.deliver();
      return { revoked: count };
    },
  );
}
