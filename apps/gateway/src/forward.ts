import type { Readable } from "node:stream";
import type { ServiceRoute } from "@mullion/contracts";
import { ProblemError } from "@mullion/http-service";
import type { FastifyReply, FastifyRequest } from "fastify";
import { type Dispatcher, errors } from "undici";
import { gatewayProblem } from "./errors.ts";
import { forwardedRequestHeaders, forwardedResponseHeaders } from "./headers.ts";
import type { OpenStreams } from "./open-streams.ts";
import { limitedBody } from "./request-body.ts";

/** Why the exchange with the service was given up. */
type GivenUp = "client_closed" | "upstream_timeout";

function toProblem(error: unknown, request: FastifyRequest, givenUp: GivenUp | undefined): ProblemError {
  if (error instanceof ProblemError) return error;
  if (givenUp === "client_closed") return gatewayProblem("client_closed", { cause: error });
  if (givenUp === "upstream_timeout") {
    const code = request.raw.complete ? "upstream_timeout" : "request_timeout";
    return gatewayProblem(code, { cause: error });
  }
  if (error instanceof errors.HeadersTimeoutError)
    return gatewayProblem("upstream_timeout", { cause: error });
  return gatewayProblem("upstream_unreachable", { cause: error });
}

/** Ends an event stream between two events as far as this side can tell: whoever reads it sees its end, not a fault. */
function endStream(reply: FastifyReply, body: Readable): void {
  body.unpipe(reply.raw);
  reply.raw.end(() => body.destroy());
}

/**
 * Sends a request on to its service and streams the answer back, holding no more than a chunk of either body. The time
 * limit covers everything up to the answer's headers and then each pause in its body. When the caller goes away the
 * exchange with the service ends too. Redirects are not followed: they would carry the token elsewhere.
 */
export async function forward(
  { pool, route, streams }: { pool: Dispatcher; route: ServiceRoute; streams: OpenStreams },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const body = limitedBody(request.raw, route.bodyLimitBytes);
  const controller = new AbortController();
  let givenUp: GivenUp | undefined;
  const giveUp = (reason: GivenUp): void => {
    givenUp ??= reason;
    controller.abort();
  };
  const timer = setTimeout(giveUp, route.timeoutMs, "upstream_timeout");
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) giveUp("client_closed");
  });
  try {
    const answer = await pool.request({
      method: route.method,
      path: request.url,
      headers: {
        ...forwardedRequestHeaders(request.headers, request.id),
        ...(body?.contentLength === undefined ? {} : { "content-length": body.contentLength }),
      },
      body: body?.stream ?? null,
      signal: controller.signal,
      headersTimeout: 0,
      bodyTimeout: route.timeoutMs,
    });
    clearTimeout(timer);
    // Fastify listens to the stream only after its hooks: an error before that would end the process.
    answer.body.on("error", (error) => {
      request.log.info({ err: error }, "the answer was not completed");
    });
    if (answer.statusCode >= 300 && answer.statusCode < 400 && answer.statusCode !== 304) {
      answer.body.destroy();
      throw gatewayProblem("upstream_redirect");
    }
    reply.code(answer.statusCode).headers(forwardedResponseHeaders(answer.headers));
    if (route.transport === "sse") {
      const ended = streams.add(route.id, () => endStream(reply, answer.body));
      reply.raw.once("close", ended);
    }
    return await reply.send(answer.body);
  } catch (error) {
    clearTimeout(timer);
    throw toProblem(error, request, givenUp);
  }
}
