import type { FastifyInstance } from "fastify";
import type { Metrics } from "./metrics.ts";

/** Measures every request under the template of its route: what a caller wrote in the path is no label. */
export function countRequests(app: FastifyInstance, { latency }: Metrics): void {
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "unknown";
    const statusClass = `${String(Math.trunc(reply.raw.statusCode / 100))}xx`;
    latency.observe({ method: request.method, route, status_class: statusClass }, reply.elapsedTime / 1_000);
  });
}
