import { ProblemError, unavailable } from "@mullion/http-service";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { identityProblem } from "../errors.ts";

const tokensSchema = z.object({
  access_token: z.string(),
  refresh_token: z.string().optional(),
  id_token: z.string(),
  expires_in: z.number(),
  scope: z.string().default(""),
});

/** What the token endpoint issued. */
export type Tokens = z.output<typeof tokensSchema>;

const refusalSchema = z.object({ error: z.string() });

/** Asks the token endpoint for tokens; undefined when the grant is over (`invalid_grant`). */
export type AskTokenEndpoint = (
  parameters: Readonly<Record<string, string>>,
  request: FastifyRequest,
) => Promise<Tokens | undefined>;

/**
 * The token endpoint, asked inside this process on behalf of a request: rotation, replay, reuse, limits, audit and metrics
 * are those of every other client. It sees the address and the browser of the person.
 */
export function createTokenEndpoint(app: FastifyInstance): AskTokenEndpoint {
  return async (parameters, request) => {
    const userAgent = request.headers["user-agent"];
    const response = await app.inject({
      method: "POST",
      url: "/token",
      remoteAddress: request.ip,
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-request-id": request.id,
        ...(userAgent === undefined ? {} : { "user-agent": userAgent }),
      },
      payload: new URLSearchParams(parameters).toString(),
    });
    if (response.statusCode === 200) return tokensSchema.parse(response.json());
    const retryAfter = response.headers["retry-after"];
    const headers = retryAfter === undefined ? {} : { "retry-after": retryAfter };
    if (response.statusCode === 503) throw unavailable();
    if (response.statusCode === 429) throw identityProblem("too_many_attempts", { headers });
    const refusal = refusalSchema.safeParse(response.json());
    if (refusal.data?.error === "invalid_grant") return undefined;
    throw new ProblemError({
      status: 500,
      code: "internal",
      title: "Internal Server Error",
      cause: new Error(
        `the token endpoint answered ${String(response.statusCode)} ${refusal.data?.error ?? ""}`,
      ),
    });
  };
}
