import { errors } from "oidc-provider";
import { describe, expect, it } from "vitest";
import { createClientAdapter } from "./client-adapter.ts";
import { toClientMetadata } from "./client-metadata.ts";
import type { ClientRegistry } from "./client-registry.ts";
import { registerClient } from "./registered-client.ts";

const { clientSecret: _secret, ...settings } = registerClient({
  clientId: "rs256",
  clientSecret: "a-secret-of-more-than-32-characters-x",
  grantTypes: ["client_credentials"],
  idTokenSignedResponseAlg: "RS256",
});
const metadata = toClientMetadata(settings, { secretHash: "hash", previousSecret: null });
const registry: ClientRegistry = {
  find: async (clientId) => (clientId === "rs256" ? metadata : undefined),
  peek: () => undefined,
  firstPartyIds: async () => [],
  hearsLogoutsAt: async () => false,
  algorithms: async () => new Set(["RS256"]),
  reloadAll: async () => undefined,
  reload: async () => undefined,
};

describe("a client whose algorithm has no key yet", () => {
  it("is told to come back shortly, and not that it is no client", async () => {
    await expect(createClientAdapter(registry, new Set(["ES256"])).find("rs256")).rejects.toSatisfy(
      (error) => error instanceof errors.TemporarilyUnavailable && error.statusCode === 503,
    );
    expect(await createClientAdapter(registry, new Set(["ES256", "RS256"])).find("rs256")).toEqual(metadata);
    expect(await createClientAdapter(registry, new Set(["ES256"])).find("nobody")).toBeUndefined();
  });
});
