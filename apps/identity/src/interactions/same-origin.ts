import type { FastifyRequest } from "fastify";
import { identityProblem } from "../errors.ts";

/**
 * A hook that lets only forms of our own pages pass. Browsers tell by Fetch Metadata, older ones by `Origin`; whoever
 * tells neither is refused.
 */
export function requireSameOrigin(issuer: string): (request: FastifyRequest) => Promise<void> {
  const { origin } = new URL(issuer);
  return async ({ headers }) => {
    const site = headers["sec-fetch-site"];
    const same = site === undefined ? headers.origin === origin : site === "same-origin";
    if (!same) throw identityProblem("cross_site_request");
  };
}
