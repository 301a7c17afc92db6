import type { FastifyReply, FastifyRequest } from "fastify";
import { errorPage } from "../pages/error-page.ts";
import type { PageContext } from "../pages/layout.ts";
import { sendPage } from "../pages/send-page.ts";

/** A refusal of a request that does not reach the provider. */
export interface Refusal {
  status: number;
  description: string;
}

/** Refuses a request as the provider would: a page for a person, the error of RFC 6749 for a program. */
export function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  { pages, status, description }: Refusal & { pages: PageContext },
): FastifyReply {
  const code = "invalid_request";
  if (request.headers.accept?.includes("text/html") === true) {
    return sendPage(reply, status, errorPage(pages, { status, code, description }));
  }
  return reply
    .code(status)
    .header("cache-control", "no-store")
    .send({ error: code, error_description: description });
}
