import { newPublisherSchema, type PublisherList, subjectSchema } from "@mullion/contracts";
import { parseBody } from "@mullion/http-service";
import { inTransaction, type Pool, type PoolClient } from "@mullion/postgres";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { actorOf, type Caller } from "../actor.ts";
import { refuse } from "../errors.ts";
import { parseRemoteName } from "../names.ts";
import { addPublisher, assertMayChange, listPublishers, removePublisher } from "./publishers.ts";

interface OfSubject {
  readonly Params: { remote: string; subject: string };
}

interface Membership {
  readonly remote: string;
  readonly subject: string;
}

function membershipOf({ params }: FastifyRequest<OfSubject>): Membership {
  const remote = parseRemoteName(params.remote);
  if (subjectSchema.safeParse(params.subject).success) return { remote, subject: params.subject };
  throw refuse("path_invalid", "A subject is the id of a user or a client, at most 200 characters.");
}

/** A name that belongs to nobody is given away by administrators only: others claim it by publishing. */
async function assertMayGrant(client: PoolClient, caller: Caller, remote: string): Promise<void> {
  await assertMayChange(client, caller, remote);
  if (caller.isAdmin || (await listPublishers(client, remote)).publishers.length > 0) return;
  throw refuse("remote_unknown", `Nothing was published under the name ${remote}.`);
}

/** `/registry/publishers/:remote`: whom a remote belongs to. Changed by its publishers and by administrators. */
export function addPublisherRoutes(app: FastifyInstance, pool: Pool): void {
  const read = { onRequest: app.requireScope("registry:read") };
  const write = { onRequest: app.requireScope("registry:publish") };
  const path = "/registry/publishers/:remote";

  app.get<{ Params: { remote: string } }>(
    path,
    read,
    async ({ params }): Promise<PublisherList> => listPublishers(pool, parseRemoteName(params.remote)),
  );

  app.put<OfSubject>(`${path}/:subject`, write, async (request): Promise<PublisherList> => {
    const { name } = parseBody(newPublisherSchema, request.body);
    const membership = membershipOf(request);
    const caller = actorOf(request);
    return inTransaction(pool, async (client) => {
      await assertMayGrant(client, caller, membership.remote);
      await addPublisher(client, caller, { ...membership, name: name ?? membership.subject });
      return listPublishers(client, membership.remote);
    });
  });

  app.delete<OfSubject>(`${path}/:subject`, write, async (request): Promise<PublisherList> => {
    const membership = membershipOf(request);
    const caller = actorOf(request);
    return inTransaction(pool, async (client) => {
      await assertMayGrant(client, caller, membership.remote);
      await removePublisher(client, caller, membership);
      return listPublishers(client, membership.remote);
    });
  });
}
