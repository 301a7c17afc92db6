import { type FastifyReply, type FastifyRequest, LogController } from "fastify";
import type { Logger } from "pino";

/** Levels at which a route leaves no line for a request that went well. */
const quiet = new Set(["warn", "error", "fatal", "silent"]);

/** One line per request, written when it is answered, with the path but never the query: that may carry a secret. */
export class RequestLog extends LogController {
  readonly #lines: Logger;

  constructor(logger: Logger) {
    super({ requestIdLogLabel: "requestId" });
    // What the line is made of is known: searching it for secrets would take most of the time that logging takes.
    this.#lines = logger.child({}, { redact: [] });
  }

  override incomingRequest(): void {
    // The line at the end says all this one could.
  }

  override requestCompleted(
    error: Error | null | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    if (error == null && quiet.has(request.log.level)) return;
    const line = {
      method: request.method,
      path: request.url.split("?", 1)[0],
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
    };
    if (error == null) this.#lines.info({ requestId: request.id, ...line }, "request");
    else request.log.error({ ...line, err: error }, "request broke");
  }
}
