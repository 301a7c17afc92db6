import { accessTokenPlugin, type VerifyToken } from "@mullion/access-token";
import { type AuditPage, type AuditVerification, auditQuerySchema } from "@mullion/contracts";
import { parseQuery } from "@mullion/http-service";
import type { Pool } from "@mullion/postgres";
import type { FastifyInstance } from "fastify";
import { readAudit, verifyAudit } from "./audit-reader.ts";

/** `GET /identity/audit` and `GET /identity/audit/verification` (scope `audit:read`). */
export async function auditRoutes(
  app: FastifyInstance,
  { pool, verify }: { pool: Pool; verify: VerifyToken },
): Promise<void> {
  await app.register(accessTokenPlugin, { verifier: { verify } });
  const reads = { onRequest: app.requireScope("audit:read") };

  app.get("/identity/audit", reads, async ({ query }): Promise<AuditPage> => {
    return readAudit(pool, parseQuery(auditQuerySchema, query));
  });

  app.get("/identity/audit/verification", reads, async (): Promise<AuditVerification> => verifyAudit(pool));
}
