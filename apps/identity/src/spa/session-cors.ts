import { type CorsPolicy, unavailable } from "@mullion/http-service";
import { type Client, errors } from "oidc-provider";
import { mayUseFirstPartyApi, originsOf } from "../clients/client-metadata.ts";
import type { CurrentProvider } from "../provider/current-provider.ts";

const sessionPath = /^\/spa\/([a-z][a-z0-9-]{0,63})\/session(?:\/refresh)?(?:\?|$)/;

/** What the library says while a store is gone, as the problem it is. Others pass unchanged. */
export function toSessionProblem(error: unknown): unknown {
  return error instanceof errors.TemporarilyUnavailable ? unavailable(error) : error;
}

/** The client that a path of the session API names, if it may use it. */
export async function findSessionClient(
  current: CurrentProvider,
  clientId: string,
): Promise<Client | undefined> {
  const client = await current
    .get()
    .Client.find(clientId)
    .catch((error: unknown) => {
      throw toSessionProblem(error);
    });
  return client !== undefined && mayUseFirstPartyApi(client) ? client : undefined;
}

/**
 * Which pages may call the session API with cookies: those of the one client that the path names (S4.5). It is in the
 * path because a preflight has nothing else to tell it by.
 */
export function sessionCors(current: CurrentProvider): CorsPolicy {
  return async ({ url }) => {
    const clientId = sessionPath.exec(url)?.[1];
    if (clientId === undefined) return undefined;
    const client = await findSessionClient(current, clientId);
    return client && { origins: originsOf(client), credentials: true };
  };
}
