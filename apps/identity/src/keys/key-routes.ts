import { accessTokenPlugin, type VerifyToken } from "@mullion/access-token";
import { type KeyList, keyRotationSchema, type SigningKey } from "@mullion/contracts/identity-keys";
import { parseBody } from "@mullion/http-service";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { dropKey, type KeyActor, type KeyWork, rotateKeys } from "./key-rotation.ts";
import { readKeys, type StoredKey } from "./key-store.ts";
import type { SigningKeys } from "./signing-keys.ts";

/** What the admin API of the keys works on. */
export interface KeyRoutesOptions {
  work: KeyWork;
  keys: SigningKeys;
  verify: VerifyToken;
}

function toContract({ kid, alg, status, publishedAt, currentSince, retiresAt }: StoredKey): SigningKey {
  return {
    kid,
    alg,
    status,
    publishedAt: publishedAt.toISOString(),
    currentSince: currentSince?.toISOString() ?? null,
    retiresAt: retiresAt?.toISOString() ?? null,
  };
}

function actorOf({ accessToken, ip }: FastifyRequest): KeyActor {
  return { userId: accessToken.sub, clientId: accessToken.client_id, address: ip };
}

/**
 * `GET /identity/keys` (scope `keys:read`); `POST /identity/keys/rotate` and `DELETE /identity/keys/:kid` (scope
 * `keys:write`).
 */
export async function keyRoutes(
  app: FastifyInstance,
  { work, keys, verify }: KeyRoutesOptions,
): Promise<void> {
  await app.register(accessTokenPlugin, { verifier: { verify } });
  const reads = { onRequest: app.requireScope("keys:read") };
  const writes = { onRequest: app.requireScope("keys:write") };

  async function list(): Promise<KeyList> {
    return { keys: (await readKeys(work.pool)).map(toContract) };
  }

  /** This instance signs with the new keys before it answers; the others have heard by then, or do so now. */
  async function changed(): Promise<KeyList> {
    await keys.reload();
    return list();
  }

  app.get("/identity/keys", reads, list);

  app.post("/identity/keys/rotate", writes, async (request) => {
    const { alg } = parseBody(keyRotationSchema, request.body ?? {});
    await rotateKeys(work, alg, actorOf(request));
    return changed();
  });

  app.delete<{ Params: { kid: string } }>("/identity/keys/:kid", writes, async (request) => {
    await dropKey(work, request.params.kid, actorOf(request));
    return changed();
  });
}
