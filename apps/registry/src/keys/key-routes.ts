import {
  type DelegationList,
  newDelegationSchema,
  type PublicKey,
  type RevokedKey,
} from "@mullion/contracts";
import { parseBody } from "@mullion/http-service";
import type { Pool } from "@mullion/postgres";
import type { FastifyInstance } from "fastify";
import { actorOf } from "../actor.ts";
import { listDelegations, revokeKey, saveDelegation } from "./delegations.ts";

/** `/registry/keys`: which keys of teams may sign which remotes. */
export function addKeyRoutes(
  app: FastifyInstance,
  options: { pool: Pool; rootKeys: readonly PublicKey[] },
): void {
  const write = { onRequest: app.requireScope("registry:admin") };

  app.get(
    "/registry/keys",
    { onRequest: app.requireScope("registry:read") },
    async (): Promise<DelegationList> => listDelegations(options.pool),
  );

  app.put("/registry/keys", write, async (request): Promise<{ thumbprint: string }> => {
    const { delegation } = parseBody(newDelegationSchema, request.body);
    const saved = await saveDelegation(options, delegation, actorOf(request));
    request.log.info(saved, "key delegated");
    return saved;
  });

  app.delete<{ Params: { thumbprint: string } }>(
    "/registry/keys/:thumbprint",
    write,
    async (request): Promise<RevokedKey> => {
      const revoked = await revokeKey(options.pool, request.params.thumbprint, actorOf(request));
      request.log.info(revoked, "key revoked");
      return revoked;
    },
  );
}
