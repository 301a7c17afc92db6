import { type Host, hostSchema } from "@mullion/contracts";
import { parseBody } from "@mullion/http-service";
import type { Pool } from "@mullion/postgres";
import type { FastifyInstance } from "fastify";
import { actorOf } from "../actor.ts";
import { refuse } from "../errors.ts";
import { parseChannelName } from "../names.ts";
import { readHost, saveHost } from "./hosts.ts";

interface OfChannel {
  readonly Params: { channel: string };
}

/** `/registry/hosts/:channel`: what the live shell of a channel brings for remotes. Fronts say it when they start. */
export function addHostRoutes(app: FastifyInstance, pool: Pool): void {
  const path = "/registry/hosts/:channel";

  app.get<OfChannel>(
    path,
    { onRequest: app.requireScope("registry:read") },
    async ({ params }): Promise<Host> => {
      const channel = parseChannelName(params.channel);
      const host = await readHost(pool, channel);
      if (host !== null) return host;
      throw refuse("host_unknown", `Start a front of ${channel}: it says what it brings.`);
    },
  );

  app.put<OfChannel>(
    path,
    { onRequest: app.requireScope("registry:host") },
    async (request): Promise<Host> => {
      const host = parseBody(hostSchema, request.body);
      const channel = parseChannelName(request.params.channel);
      if (host.channel !== channel) {
        throw refuse("path_invalid", `The URL says ${channel}, the body ${host.channel}: both must be one.`);
      }
      await saveHost(pool, host, actorOf(request));
      return host;
    },
  );
}
