import { accessTokenPlugin, type VerifyToken } from "@mullion/access-token";
import {
  clientPatchSchema,
  clientRegistrationSchema,
  secretRotationSchema,
} from "@mullion/contracts/client-registration";
import type {
  ClientList,
  ClientSecret,
  CreatedClient,
  RegisteredClient,
} from "@mullion/contracts/identity-clients";
import { parseBody } from "@mullion/http-service";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { identityProblem } from "../errors.ts";
import { type KeyWork, stageAlgorithm } from "../keys/key-rotation.ts";
import type { SigningKeys } from "../keys/signing-keys.ts";
import type { CurrentProvider } from "../provider/current-provider.ts";
import { checkMetadata } from "./check-metadata.ts";
import type { ClientRegistry } from "./client-registry.ts";
import { readClient, readClients, type StoredClient } from "./client-store.ts";
import { change, type RegistrationWork, register, remove, replaceSecret } from "./registrations.ts";

/** What the admin API of the clients works on. */
export interface ClientRoutesOptions {
  current: CurrentProvider;
  clients: ClientRegistry;
  keys: SigningKeys;
  keyWork: KeyWork;
  verify: VerifyToken;
}

interface ById {
  Params: { id: string };
}

function previousSecretExpiry({ previousSecret }: StoredClient): string | null {
  return previousSecret?.expiresAt?.toISOString() ?? null;
}

function toContract(client: StoredClient): RegisteredClient {
  return {
    ...client.settings,
    source: client.source,
    disabled: client.disabledAt !== null,
    createdAt: client.createdAt.toISOString(),
    updatedAt: client.updatedAt.toISOString(),
    previousSecretExpiresAt: previousSecretExpiry(client),
  };
}

/**
 * `GET /identity/clients` and `GET /identity/clients/:id` (scope `clients:read`); `POST /identity/clients`,
 * `PATCH` and `DELETE /identity/clients/:id`, `POST /identity/clients/:id/secret` (scope `clients:write`).
 */
export async function clientRoutes(
  app: FastifyInstance,
  { current, clients, keys, keyWork, verify }: ClientRoutesOptions,
): Promise<void> {
  await app.register(accessTokenPlugin, { verifier: { verify } });
  const reads = { onRequest: app.requireScope("clients:read") };
  const writes = { onRequest: app.requireScope("clients:write") };
  const { pool } = keyWork;

  function workOf({ accessToken, ip }: FastifyRequest): RegistrationWork {
    return {
      pool,
      actor: { userId: accessToken.sub, clientId: accessToken.client_id, address: ip },
      async check(settings) {
        await checkMetadata(current.get(), settings);
        const { idTokenSignedResponseAlg: alg } = settings;
        if (keys.current.algorithms.has(alg)) return;
        await stageAlgorithm(keyWork, alg);
        await keys.reload();
      },
    };
  }

  app.get("/identity/clients", reads, async (): Promise<ClientList> => {
    return { clients: (await readClients(pool)).map(toContract) };
  });

  app.get<ById>("/identity/clients/:id", reads, async ({ params }): Promise<RegisteredClient> => {
    const client = await readClient(pool, params.id);
    if (client === undefined) throw identityProblem("client_not_found");
    return toContract(client);
  });

  app.post("/identity/clients", writes, async (request, reply): Promise<CreatedClient> => {
    const settings = parseBody(clientRegistrationSchema, request.body);
    const { client, clientSecret } = await register(workOf(request), settings);
    await clients.reload(settings.clientId);
    void reply.code(201).header("location", `/identity/clients/${settings.clientId}`);
    return { client: toContract(client), ...(clientSecret === undefined ? {} : { clientSecret }) };
  });

  app.patch<ById>("/identity/clients/:id", writes, async (request): Promise<RegisteredClient> => {
    const patch = parseBody(clientPatchSchema, request.body);
    const client = await change(workOf(request), request.params.id, patch);
    await clients.reload(request.params.id);
    return toContract(client);
  });

  app.delete<ById>("/identity/clients/:id", writes, async (request, reply) => {
    await remove(workOf(request), request.params.id);
    await clients.reload(request.params.id);
    return reply.code(204).send();
  });

  app.post<ById>("/identity/clients/:id/secret", writes, async (request): Promise<ClientSecret> => {
    const { overlapSeconds } = parseBody(secretRotationSchema, request.body ?? {});
    const { client, clientSecret } = await replaceSecret(workOf(request), request.params.id, overlapSeconds);
    await clients.reload(request.params.id);
    return { clientSecret, previousSecretExpiresAt: previousSecretExpiry(client) };
  });
}
