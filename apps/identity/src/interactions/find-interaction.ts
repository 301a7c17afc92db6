import type { FastifyReply, FastifyRequest } from "fastify";
import type Provider from "oidc-provider";
import { errors, type Interaction } from "oidc-provider";

/** A request to a step of a sign-in. */
export type InteractionRequest = FastifyRequest<{ Params: { uid: string } }>;

/** The interaction that the cookie and the address agree on. Rejects with `SessionNotFound`. */
export async function findInteraction(
  provider: Provider,
  request: InteractionRequest,
  reply: FastifyReply,
  prompt?: string,
): Promise<Interaction> {
  const interaction = await provider.interactionDetails(request.raw, reply.raw);
  if (
    interaction.uid !== request.params.uid ||
    (prompt !== undefined && interaction.prompt.name !== prompt)
  ) {
    throw new errors.SessionNotFound("this is another step of the sign-in");
  }
  return interaction;
}

/** Goes on with the authorization request. */
export async function proceed(
  provider: Provider,
  request: InteractionRequest,
  reply: FastifyReply,
  result: object,
): Promise<FastifyReply> {
  const next = await provider.interactionResult(request.raw, reply.raw, { ...result });
  return reply.header("cache-control", "no-store").redirect(next, 303);
}

/** Where the form of a step may end besides at identity. */
export function formTargets({ params }: Interaction): string[] {
  return typeof params["redirect_uri"] === "string" ? [params["redirect_uri"]] : [];
}
