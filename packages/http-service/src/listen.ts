import type { FastifyInstance } from "fastify";

const closeTimeoutMs = 10_000;

/** Where to listen. */
export interface ListenOptions {
  host: string;
  port: number;
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/**
 * Starts to accept requests, and on SIGTERM or SIGINT lets those under way finish before the process exits 0. A taken
 * port is said by name and exits 1.
 */
export async function listen(app: FastifyInstance, { host, port }: ListenOptions): Promise<void> {
  const close = (signal: NodeJS.Signals): void => {
    app.log.info({ signal }, "closing");
    setTimeout(() => {
      app.log.error({ closeTimeoutMs }, "requests did not finish in time");
      process.exit(1);
    }, closeTimeoutMs).unref();
    app.close().then(
      () => process.exit(0),
      (error: unknown) => {
        app.log.error({ err: error }, "close failed");
        process.exit(1);
      },
    );
  };
  process.once("SIGTERM", close);
  process.once("SIGINT", close);
  try {
    await app.listen({ host, port, listenTextResolver: (address) => `listening at ${address}` });
  } catch (error) {
    if (isErrno(error, "EADDRINUSE")) {
      app.log.fatal({ host, port }, `port ${String(port)} of ${host} is taken by another process`);
    } else {
      app.log.fatal({ err: error }, "cannot listen");
    }
    process.exit(1);
  }
}
