import { expect } from "vitest";
import { testPlan } from "./test-plan.ts";

interface PublicJwk {
  kid: string;
  kty: string;
  use: string;
  alg: string;
}

const privateParts = ["d", "p", "q", "dp", "dq", "qi", "k"];

testPlan("oidcc-config-certification-test-plan", {
  "oidcc-discovery-endpoint-verification": async ({ identity, metadata }) => {
    const response = await fetch(`${identity.issuer}/.well-known/openid-configuration`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    expect(metadata).toMatchObject({
      issuer: identity.issuer,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: expect.arrayContaining(["RS256"]) as string[],
      scopes_supported: expect.arrayContaining(["openid"]) as string[],
      claims_supported: expect.arrayContaining(["sub", "name", "email"]) as string[],
      claims_parameter_supported: true,
      request_uri_parameter_supported: false,
      grant_types_supported: expect.arrayContaining(["authorization_code", "refresh_token"]) as string[],
      code_challenge_methods_supported: ["S256"],
    });
    // The suite wants https; the issuer of a test is on localhost, and every address is the issuer's.
    const addresses = Object.entries(metadata).filter(([name]) => /(?:_endpoint|_uri)$/.test(name));
    expect(addresses.map(([name]) => name)).toEqual(
      expect.arrayContaining(["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"]),
    );
    for (const [name, value] of addresses) {
      expect(String(value).startsWith(`${identity.issuer}/`), name).toBe(true);
    }
    const jwks = await fetch(String(metadata["jwks_uri"]));
    const { keys } = (await jwks.json()) as { keys: PublicJwk[] };
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length);
    for (const key of keys) {
      expect(key).toMatchObject({ use: "sig", alg: expect.any(String) as string });
      expect(privateParts.filter((part) => part in key)).toEqual([]);
    }
    const algorithms = new Set(keys.map(({ alg }) => alg));
    for (const alg of metadata["id_token_signing_alg_values_supported"] as string[]) {
      expect(algorithms, alg).toContain(alg);
    }
  },
});
