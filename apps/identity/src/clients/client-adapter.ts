import type { SigningAlgorithm } from "@mullion/contracts/identity-clients";
import { unavailable } from "@mullion/http-service";
import type { Adapter } from "oidc-provider";
import { toProviderError } from "../storage/create-adapter.ts";
import type { ClientRegistry } from "./client-registry.ts";

async function refuse(): Promise<never> {
  throw new TypeError("the library only finds clients; the registry keeps them");
}

/**
 * Clients as the library finds them. `algorithms` are those that the provider has keys for: the first client with an
 * algorithm has to wait for its first key.
 */
export function createClientAdapter(
  clients: ClientRegistry,
  algorithms: ReadonlySet<SigningAlgorithm>,
): Adapter {
  const hasKeyFor: ReadonlySet<unknown> = algorithms;
  return {
    async find(clientId) {
      try {
        const metadata = await clients.find(clientId);
        if (metadata === undefined || hasKeyFor.has(metadata.id_token_signed_response_alg)) return metadata;
        throw unavailable(undefined, "The first key of this client's algorithm is being made.");
      } catch (error) {
        throw toProviderError(error);
      }
    },
    upsert: refuse,
    findByUid: refuse,
    findByUserCode: refuse,
    consume: refuse,
    destroy: refuse,
    revokeByGrantId: refuse,
  };
}
