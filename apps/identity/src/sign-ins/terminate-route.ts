import formbody from "@fastify/formbody";
import { parseBody } from "@mullion/http-service";
import type { Pool } from "@mullion/postgres";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type Provider from "oidc-provider";
import type { Client } from "oidc-provider";
import { z } from "zod";
import type { AuditLog } from "../audit/audit-log.ts";
import type { ClientRegistry } from "../clients/client-registry.ts";
import { identityProblem } from "../errors.ts";
import type { CurrentProvider } from "../provider/current-provider.ts";
import { endSignIn } from "./sign-in-store.ts";

const bodySchema = z.object({ sid: z.string().min(1).max(200) });
const basic = /^Basic ([A-Za-z0-9+/]+=*)$/i;

// RFC 6749 section 2.3.1: both parts are form-encoded before they are joined.
function decodePart(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll("+", "%20"));
  } catch {
    return "";
  }
}

async function authenticateClient(provider: Provider, request: FastifyRequest): Promise<Client> {
  const encoded = basic.exec(request.headers.authorization ?? "")?.[1] ?? "";
  const [id = "", ...secret] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  const client = await provider.Client.find(decodePart(id));
  const authentic =
    client?.clientAuthMethod === "client_secret_basic" &&
    (await client.compareClientSecret(decodePart(secret.join(":"))));
  if (client === undefined || !authentic) {
    throw identityProblem("invalid_client", {
      headers: { "www-authenticate": `Basic realm="${provider.issuer}"` },
    });
  }
  return client;
}

/** What ending sign-ins takes. */
export interface TerminateOptions {
  current: CurrentProvider;
  pool: Pool;
  audit: AuditLog;
  clients: ClientRegistry;
}

/**
 * `POST /session/terminate` (client_secret_basic, form body `sid`): ends a sign-in from the client's server, so that no
 * ID token has to pass through the browser as a hint. 204 also when there is nothing to end. Other clients that knew the
 * sign-in are told; the answer does not wait for them.
 */
export async function terminateRoute(
  app: FastifyInstance,
  { current, pool, audit, clients }: TerminateOptions,
): Promise<void> {
  await app.register(formbody);
  app.post("/session/terminate", async (request, reply) => {
    const { clientId } = await authenticateClient(current.get(), request);
    const { sid } = parseBody(bodySchema, request.body);
    const ended = await endSignIn(pool, { clientId, sid, ours: await clients.firstPartyIds() });
    if (ended !== undefined) {
      await audit.write({ action: "signout", userId: ended.userId, clientId, address: request.ip });
    }
    return reply.code(204).send();
  });
}
