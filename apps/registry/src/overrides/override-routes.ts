import { type IssuedOverride, newOverrideSchema, type Override, type OverrideList } from "@mullion/contracts";
import { parseBody } from "@mullion/http-service";
import type { Pool } from "@mullion/postgres";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { actorOf } from "../actor.ts";
import { overrideUnknown, recordUse, revokeOverride } from "./end.ts";
import { issueOverride } from "./issue.ts";
import type { OverrideSigner } from "./override-token.ts";
import { listOverrides, readOverride } from "./read.ts";

interface OfOverride {
  readonly Params: { id: string };
}

/** What the override routes work on. `publicUrl` is where artifacts are served. */
export interface OverrideParts {
  readonly pool: Pool;
  readonly publicUrl: string;
  readonly signer: OverrideSigner;
}

/** What is no id names nothing: it never reaches the database. */
function idOf({ id }: OfOverride["Params"]): string {
  if (z.uuid().safeParse(id).success) return id;
  throw overrideUnknown();
}

// Until a verifier's cache has run out a new key is not known to it: keys change by restart, rarely.
const keysMaxAgeSeconds = 300;

/** `/registry/overrides`, and the key that their links are signed with at `/.well-known/jwks.json`. */
export function addOverrideRoutes(app: FastifyInstance, { pool, publicUrl, signer }: OverrideParts): void {
  const read = { onRequest: app.requireScope("registry:read") };
  const write = { onRequest: app.requireScope("registry:override") };
  // Only fronts open links: whoever issued one cannot say that it was used.
  const front = { onRequest: app.requireScope("registry:host") };

  app.get("/.well-known/jwks.json", async (_request, reply) =>
    reply
      .header("cache-control", `public, max-age=${String(keysMaxAgeSeconds)}`)
      .type("application/jwk-set+json")
      .send(JSON.stringify({ keys: [signer.publicKey] })),
  );

  app.post("/registry/overrides", write, async (request, reply): Promise<IssuedOverride> => {
    const wanted = parseBody(newOverrideSchema, request.body);
    const issued = await issueOverride({ pool, signer }, wanted, actorOf(request));
    request.log.info({ override: issued.id, target: wanted.target.kind }, "override issued");
    void reply.code(201);
    return issued;
  });

  app.get(
    "/registry/overrides",
    read,
    async (request): Promise<OverrideList> => listOverrides(pool, actorOf(request)),
  );

  app.get<OfOverride>("/registry/overrides/:id", front, async ({ params }): Promise<Override> => {
    const override = await readOverride(pool, idOf(params), publicUrl);
    if (override === null) throw overrideUnknown();
    return override;
  });

  app.post<OfOverride>("/registry/overrides/:id/uses", front, async (request, reply) => {
    await recordUse(pool, idOf(request.params), request.id);
    return reply.code(204).send();
  });

  app.delete<OfOverride>("/registry/overrides/:id", write, async (request, reply) => {
    await revokeOverride(pool, idOf(request.params), actorOf(request));
    return reply.code(204).send();
  });
}
