import type { FastifyRequest } from "fastify";

/** Who did something: a change's author and the request it came with. */
export interface Actor {
  readonly name: string;
  readonly requestId: string;
}

/** An actor that came with an access token. */
export interface Caller extends Actor {
  /** The user's id, or the client's. */
  readonly subject: string;
  /** Whether the token carries `registry:admin`. */
  readonly isAdmin: boolean;
}

/** The caller as the audit log and the admin show one: a person's address, or the name of a client. */
export function actorOf(request: FastifyRequest): Caller {
  const { email, sub, scope } = request.accessToken;
  const isAdmin = scope.split(" ").includes("registry:admin");
  return { name: email ?? sub, requestId: request.id, subject: sub, isAdmin };
}
