import type { FastifyReply, FastifyRequest } from "fastify";
import type Provider from "oidc-provider";
import { errors, type Interaction, type InteractionResults } from "oidc-provider";

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

/**
 * Goes on with the authorization request. As the library's `interactionResult`, which would find the interaction of this
 * request once more: what came of earlier steps stays, unless this one refuses.
 */
export async function proceed(
  reply: FastifyReply,
  interaction: Interaction,
  result: InteractionResults,
): Promise<FastifyReply> {
  interaction.result = "error" in result ? result : { ...interaction.lastSubmission, ...result };
  await interaction.persist();
  return reply.header("cache-control", "no-store").redirect(interaction.returnTo, 303);
}

/** Where the form of a step may end besides at identity. */
export function formTargets({ params }: Interaction): string[] {
  return typeof params["redirect_uri"] === "string" ? [params["redirect_uri"]] : [];
}
