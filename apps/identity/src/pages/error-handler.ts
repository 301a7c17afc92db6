import { ProblemError, toProblemError } from "@mullion/http-service";
import type { FastifyInstance } from "fastify";
import { errors } from "oidc-provider";
import { errorPage } from "./error-page.ts";
import type { PageContext } from "./layout.ts";
import { sendPage } from "./send-page.ts";

/** Answers whatever goes wrong in the plugin's routes with a page. */
export function setErrorPages(app: FastifyInstance, pages: PageContext): void {
  app.setErrorHandler(async (error, request, reply) => {
    const known = error instanceof errors.OIDCProviderError;
    const problem = known
      ? new ProblemError({ status: error.statusCode, code: error.error, title: error.message })
      : toProblemError(error);
    if (problem.status >= 500) request.log.error({ err: error }, "request failed");
    reply.headers(problem.headers);
    if (problem.status === 503) reply.header("retry-after", "2");
    const expired = error instanceof errors.SessionNotFound;
    return sendPage(
      reply,
      problem.status,
      errorPage(pages, { status: problem.status, code: problem.code, expired }),
    );
  });
}
