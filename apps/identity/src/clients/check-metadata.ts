import type { ClientSettings } from "@mullion/contracts/client-registration";
import { ProblemError } from "@mullion/http-service";
import type Provider from "oidc-provider";
import type { ClientMetadata } from "oidc-provider";
import { errors } from "oidc-provider";
import { toClientMetadata } from "./client-metadata.ts";

/** The library's model, with its own way of checking what it is given. */
interface ValidatingModel {
  validate(metadata: ClientMetadata): Promise<void>;
}

function validates(model: object): model is ValidatingModel {
  return "validate" in model && typeof model.validate === "function";
}

/**
 * Checks a client as the library will when it is used: 400 `invalid_body` with its reason, so that nothing is registered
 * that then cannot be used.
 */
export async function checkMetadata(provider: Provider, settings: ClientSettings): Promise<void> {
  const model: object = provider.Client;
  if (!validates(model)) throw new TypeError("the library no longer checks clients");
  const secretHash = settings.tokenEndpointAuthMethod === "client_secret_basic" ? "to be set" : null;
  try {
    await model.validate({
      ...toClientMetadata(settings, { secretHash, previousSecret: null }),
      // The first key of an algorithm is made for the first client that needs it.
      id_token_signed_response_alg: "ES256",
    });
  } catch (error) {
    if (!(error instanceof errors.OIDCProviderError)) throw error;
    throw new ProblemError({
      status: 400,
      code: "invalid_body",
      title: "Bad Request",
      detail: `Client ${settings.clientId}: ${error.error_description ?? error.message}.`,
      cause: error,
    });
  }
}
