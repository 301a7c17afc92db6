import { deviceCodeGrant, tokenExchangeGrant } from "@mullion/contracts/identity-clients";
import { describe, expect, it } from "vitest";
import { type ClientRegistration, registerClient, registeredClientSchema } from "./registered-client.ts";

const clientSecret = "a-secret-of-more-than-32-characters-x";
const web: ClientRegistration = {
  clientId: "web",
  clientSecret,
  grantTypes: ["authorization_code", "refresh_token"],
  redirectUris: ["https://app.example/callback"],
};
const spa: ClientRegistration = {
  clientId: "spa",
  tokenEndpointAuthMethod: "none",
  grantTypes: ["authorization_code", "refresh_token"],
  redirectUris: ["https://app.example/"],
};
const native: ClientRegistration = { ...spa, clientId: "native", applicationType: "native" };
const machine: ClientRegistration = { clientId: "machine", clientSecret, grantTypes: ["client_credentials"] };
const publicJwk = { kty: "EC", crv: "P-256", x: "x", y: "y", kid: "1" } as const;

function problemsOf(client: unknown): string[] {
  const result = registeredClientSchema.safeParse(client);
  return (result.error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("a registered client", () => {
  it.each<[string, ClientRegistration]>([
    ["a web application on localhost", { ...web, redirectUris: ["http://localhost:3000/callback"] }],
    ["a redirect URI with a query", { ...web, redirectUris: ["https://app.example/callback?tenant=1"] }],
    ["an origin as redirect URI, without the slash", { ...web, redirectUris: ["https://app.example"] }],
    ["a public client in a browser", { ...spa, origins: ["https://app.example", "http://localhost:5173"] }],
    [
      "an app with a loopback address and a scheme of its own",
      {
        ...native,
        redirectUris: ["http://127.0.0.1/callback", "http://[::1]/callback", "com.example.app:/done"],
      },
    ],
    [
      "a device",
      { ...machine, tokenEndpointAuthMethod: "none", clientSecret: undefined, grantTypes: [deviceCodeGrant] },
    ],
    [
      "a client that signs its assertions",
      {
        ...machine,
        clientSecret: undefined,
        tokenEndpointAuthMethod: "private_key_jwt",
        jwks: { keys: [publicJwk] },
      },
    ],
    [
      "a worker that exchanges tokens",
      {
        ...machine,
        grantTypes: ["client_credentials", tokenExchangeGrant],
        tokenExchange: { audiences: ["urn:mullion:api"], subjectClients: ["web"] },
      },
    ],
    [
      "an application that uses the session API",
      { ...spa, firstParty: true, firstPartyApi: true, origins: ["https://app.example"] },
    ],
    ["two secrets while one is replaced", { ...machine, previousClientSecret: `${clientSecret}-old` }],
  ])("may be %s", (_what, client) => {
    expect(registerClient(client)).toMatchObject({ clientId: client.clientId });
  });

  it.each([
    ["javascript:alert(1)", "web", "must use https"],
    ["http://app.example/callback", "web", "must use https"],
    ["http://localhost.evil.example/callback", "web", "must use https"],
    ["https://app.example/callback#fragment", "web", "fragment"],
    ["https://app.example/callback#", "web", "fragment"],
    ["https://*.app.example/callback", "web", "wildcard"],
    ["https://app.example/*", "web", "wildcard"],
    ["https://user:secret@app.example/", "web", "user name"],
    ["https://app.example@evil.example/", "web", "user name"],
    ["https://App.Example/callback", "web", "normal form"],
    ["https://app.example:443/callback", "web", "normal form"],
    ["https://app.example/a/../callback", "web", "normal form"],
    ["https:\\\\app.example\\callback", "web", "normal form"],
    ["/callback", "web", "not an absolute URI"],
    ["com.example.app:/done", "web", "other schemes are for native"],
    ["myapp:/done", "native", "domain name in reverse"],
    ["javascript:alert(1)", "native", "domain name in reverse"],
    ["file:///etc/passwd", "native", "domain name in reverse"],
    ["http://app.example/callback", "native", "must use https"],
    ["https://localhost/callback", "native", "must use http"],
  ])("cannot have browsers sent to %s (%s)", (uri, applicationType, why) => {
    for (const field of ["redirectUris", "postLogoutRedirectUris"]) {
      const [problem = ""] = problemsOf({ ...web, applicationType, [field]: [uri] });
      expect(problem).toMatch(new RegExp(`^${field}\\.0: .*${why}`));
    }
  });

  it.each([
    ["*"],
    ["null"],
    ["https://app.example/"],
    ["https://app.example/app"],
    ["https://*.app.example"],
    ["http://app.example"],
    ["app.example"],
  ])("S4.5 cannot have its scripts called from origin %s", (origin) => {
    expect(problemsOf({ ...spa, origins: [origin] })).toEqual([expect.stringMatching(/^origins\.0: /)]);
  });

  it.each<[string, unknown, string]>([
    ["no secret, unless it says that it is public", { ...web, clientSecret: undefined }, "clientSecret"],
    ["a secret and none needed", { ...spa, clientSecret }, "clientSecret"],
    ["a previous secret alone", { ...spa, previousClientSecret: clientSecret }, "previousClientSecret"],
    [
      "client_credentials without a secret",
      { ...spa, grantTypes: ["client_credentials"], redirectUris: [] },
      "grantTypes",
    ],
    [
      "token exchange without a secret",
      {
        ...spa,
        redirectUris: [],
        grantTypes: [tokenExchangeGrant],
        tokenExchange: { audiences: ["a"], subjectClients: ["b"] },
      },
      "grantTypes",
    ],
    ["token exchange without a policy", { ...machine, grantTypes: [tokenExchangeGrant] }, "tokenExchange"],
    [
      "a policy without token exchange",
      { ...machine, tokenExchange: { audiences: ["a"], subjectClients: ["b"] } },
      "tokenExchange",
    ],
    [
      "assertions without keys",
      { ...machine, clientSecret: undefined, tokenEndpointAuthMethod: "private_key_jwt" },
      "jwks",
    ],
    ["keys that nothing uses", { ...machine, jwks: { keys: [publicJwk] } }, "jwks"],
    [
      "a private key",
      {
        ...{ ...machine, clientSecret: undefined, tokenEndpointAuthMethod: "private_key_jwt" },
        jwks: { keys: [{ ...publicJwk, d: "d" }] },
      },
      "jwks.keys.0",
    ],
    ["a symmetric key", { ...machine, jwks: { keys: [{ kty: "oct", k: "k" }] } }, "jwks.keys.0.kty"],
    ["sign-in and nowhere to go", { ...web, redirectUris: [] }, "redirectUris"],
    [
      "somewhere to go and no sign-in",
      { ...machine, redirectUris: ["https://app.example/"] },
      "redirectUris",
    ],
    ["scopes of its own and no way to use them", { ...web, scopes: ["events:write"] }, "scopes"],
    ["the session API without origins", { ...spa, firstParty: true, firstPartyApi: true }, "firstPartyApi"],
    [
      "the session API as a stranger",
      { ...spa, firstPartyApi: true, origins: ["https://app.example"] },
      "firstPartyApi",
    ],
    ["the implicit grant", { ...web, grantTypes: ["implicit"] }, "grantTypes.0"],
    ["unsigned ID tokens", { ...web, idTokenSignedResponseAlg: "none" }, "idTokenSignedResponseAlg"],
  ])("cannot have %s", (_what, client, field) => {
    expect(problemsOf(client)).toEqual([
      expect.stringMatching(new RegExp(`^${field.replaceAll(".", "\\.")}: `)),
    ]);
  });
});
