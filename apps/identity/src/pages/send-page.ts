import type { FastifyReply } from "fastify";
import type { Html } from "./html.ts";
import { pageHeaders } from "./page-headers.ts";

/** Sends a page with the headers of every page. `formTargets` are addresses that its form may end at, beside our own. */
export function sendPage(
  reply: FastifyReply,
  status: number,
  { html }: Html,
  formTargets: readonly string[] = [],
): FastifyReply {
  return reply.code(status).headers(pageHeaders(formTargets)).type("text/html; charset=utf-8").send(html);
}
