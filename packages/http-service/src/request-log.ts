import { type FastifyReply, type FastifyRequest, LogController } from "fastify";

/** One line per request, written when it is answered, with the path but never the query: that may carry a secret. */
export class RequestLog extends LogController {
  constructor() {
    super({ requestIdLogLabel: "requestId" });
  }

  override incomingRequest(): void {
    // The line at the end says all this one could.
  }

  override requestCompleted(
    error: Error | null | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    const line = {
      method: request.method,
      path: request.url.split("?", 1)[0],
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
    };
    if (error == null) request.log.info(line, "request");
    else request.log.error({ ...line, err: error }, "request broke");
  }
}
