import { accessTokenPlugin, type VerifyToken } from "@mullion/access-token";
import { type User, type UserList, userPatchSchema } from "@mullion/contracts";
import { parseBody } from "@mullion/http-service";
import type { Pool } from "@mullion/postgres";
import type { FastifyInstance } from "fastify";
import type { AuditLog } from "../audit/audit-log.ts";
import { listUsers, type StoredUser, setRoles } from "./user-store.ts";

/** What the admin API works on. */
export interface AdminOptions {
  pool: Pool;
  verify: VerifyToken;
  audit: AuditLog;
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

/** `GET /identity/users` (scope `users:read`) and `PATCH /identity/users/:id` (scope `users:write`). */
export async function adminRoutes(
  app: FastifyInstance,
  { pool, verify, audit }: AdminOptions,
): Promise<void> {
  await app.register(accessTokenPlugin, { verifier: { verify } });

  app.get("/identity/users", { onRequest: app.requireScope("users:read") }, async (): Promise<UserList> => {
    return { users: (await listUsers(pool)).map(toContract) };
  });

  app.patch<{ Params: { id: string } }>(
    "/identity/users/:id",
    { onRequest: app.requireScope("users:write") },
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
}
