import type { FastifyInstance } from "fastify";

// Shorter than the second a prober waits, so that it hears which part is at fault.
const checkTimeoutMs = 800;

async function run(check: () => Promise<void>): Promise<"up" | "down"> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"down">((resolve) => {
    timer = setTimeout(() => {
      resolve("down");
    }, checkTimeoutMs);
  });
  const answer = Promise.resolve()
    .then(check)
    .then(
      () => "up" as const,
      () => "down" as const,
    );
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** `/healthz`: the process is alive. `/readyz`: every dependency answers; 503 while one does not. */
export function addHealthRoutes(app: FastifyInstance, checks: Record<string, () => Promise<void>>): void {
  app.get("/healthz", { logLevel: "warn" }, () => ({ status: "up" }));
  app.get("/readyz", { logLevel: "warn" }, async (_request, reply) => {
    const parts = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await run(check)] as const),
    );
    const ready = parts.every(([, status]) => status === "up");
    if (!ready) reply.code(503).header("retry-after", "2");
    return { status: ready ? "up" : "down", checks: Object.fromEntries(parts) };
  });
}
