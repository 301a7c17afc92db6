import type { IncomingMessage, ServerResponse } from "node:http";
import type Provider from "oidc-provider";

/**
 * The provider of this moment. The library reads signing keys once, so a rotation puts another provider in the place of
 * the one before: whoever works with it asks for it anew in every request.
 */
export interface CurrentProvider {
  get(): Provider;
  /** Answers a request to one of the protocol's endpoints. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Builds the provider anew. Requests under way end with the one that they began with. */
  rebuild(): void;
}

/** Builds the first provider. */
export function createCurrentProvider(build: () => Provider): CurrentProvider {
  let provider = build();
  let callback = provider.callback();
  return {
    get: () => provider,
    handle: (request, response) => void callback(request, response),
    rebuild() {
      provider = build();
      callback = provider.callback();
    },
  };
}
