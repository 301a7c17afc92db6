import { csrfHeader } from "@mullion/contracts";
import { ProblemError } from "@mullion/http-service";
import type { FastifyRequest } from "fastify";
import type { Client } from "oidc-provider";
import { isAllowedOrigin } from "../clients/client-metadata.ts";
import { identityProblem } from "../errors.ts";
import type { CurrentProvider } from "../provider/current-provider.ts";
import { findSessionClient } from "./session-cors.ts";

const ownSites: ReadonlySet<unknown> = new Set(["same-origin", "same-site"]);

function reasonAgainst(client: Client, { headers }: FastifyRequest): string | undefined {
  const { origin } = headers;
  const site = headers["sec-fetch-site"];
  if (origin === undefined || !isAllowedOrigin(client, origin)) return "Pages of this origin may not call.";
  // Browsers that block third-party cookies would keep nothing anyway; better to hear it at once.
  if (site !== undefined && !ownSites.has(site)) return "The page must be on the same site as identity.";
  return headers[csrfHeader] === undefined ? `The header ${csrfHeader} is missing.` : undefined;
}

/**
 * The client whose page sends this request (S2.6). Three things must agree: an origin that the client registered, Fetch
 * Metadata where the browser sends it, and a header that no form can send.
 */
export async function requireOwnPage(current: CurrentProvider, request: FastifyRequest): Promise<Client> {
  const { clientId } = request.params as { clientId: string };
  const client = await findSessionClient(current, clientId);
  if (client === undefined) throw new ProblemError({ status: 404, code: "not_found", title: "Not Found" });
  const detail = reasonAgainst(client, request);
  if (detail !== undefined) throw identityProblem("cross_site_request", { detail });
  return client;
}
