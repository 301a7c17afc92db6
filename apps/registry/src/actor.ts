import type { FastifyRequest } from "fastify";

/** Who did something: a change's author and the request it came with. */
export interface Actor {
  readonly name: string;
  readonly requestId: string;
}

/** The caller as the audit log and the admin show one: a person's address, or the name of a client. */
export function actorOf(request: FastifyRequest): Actor {
  const { email, sub } = request.accessToken;
  return { name: email ?? sub, requestId: request.id };
}
