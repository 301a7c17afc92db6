import { createServer } from "node:http";
import { exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";
import { serveForBenchmark } from "./ready.ts";

// The library by itself: one client, signed tokens for one resource, everything in memory, nothing written down.
const [clientId = "", clientSecret = "", audience = "", scope = ""] = process.argv.slice(2);
const { privateKey } = await generateKeyPair("ES256", { extractable: true });

const provider = new Provider("http://localhost", {
  clients: [
    {
      client_id: clientId,
      client_secret: clientSecret,
      grant_types: ["client_credentials"],
      redirect_uris: [],
      response_types: [],
    },
  ],
  clientDefaults: { id_token_signed_response_alg: "ES256" },
  jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: "ES256", use: "sig" }] },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      getResourceServerInfo: () => ({ scope, audience, accessTokenFormat: "jwt", accessTokenTTL: 600 }),
    },
  },
});

const handle = provider.callback();
serveForBenchmark(createServer((request, response) => void handle(request, response)));
