import { base64url, exportSPKI, importJWK } from "jose";
import type { TestClaims, TestIssuer } from "./issuer.ts";
import { createSigningKey } from "./signing-key.ts";

/** A token that no resource server may accept, and what is wrong with it. */
export interface ForgedToken {
  name: string;
  token: string;
}

async function publicKeyPem(issuer: TestIssuer): Promise<Uint8Array> {
  const key = await importJWK({ ...issuer.currentKey().publicJwk, ext: true }, "ES256");
  if (key instanceof Uint8Array) throw new TypeError("expected a public key");
  return new TextEncoder().encode(await exportSPKI(key));
}

function encode(value: unknown): string {
  return base64url.encode(JSON.stringify(value));
}

/**
 * One token for each known attack on access tokens (SEC-50): every one would be accepted if only its flaw were
 * overlooked, so `claims` should hold the scope of the route it is sent to.
 */
export async function forgedAccessTokens(issuer: TestIssuer, claims: TestClaims): Promise<ForgedToken[]> {
  const good = await issuer.sign(claims);
  const [header = "", payload = "", signature = ""] = good.split(".");
  const attacker = await createSigningKey();
  const { kid } = issuer.currentKey();
  const pem = await publicKeyPem(issuer);
  const changed = encode({ ...(JSON.parse(atob(payload)) as TestClaims), sub: "someone-else" });
  return [
    { name: "expired", token: await issuer.sign(claims, { expiresInSeconds: -120 }) },
    { name: "without expiry", token: await issuer.sign({ ...claims, exp: undefined }) },
    { name: "wrong audience", token: await issuer.sign({ ...claims, aud: "urn:other:api" }) },
    { name: "wrong issuer", token: await issuer.sign({ ...claims, iss: "http://127.0.0.1:1" }) },
    { name: "alg none", token: `${encode({ alg: "none", typ: "at+jwt", kid })}.${payload}.` },
    {
      name: "HS256 with the public key as secret",
      token: await issuer.sign(claims, { header: { alg: "HS256" }, key: pem }),
    },
    {
      name: "jku header to the attacker's keys",
      token: await issuer.sign(claims, {
        header: { kid: attacker.kid, jku: "http://127.0.0.1:1/jwks" },
        key: attacker.privateKey,
      }),
    },
    {
      name: "jwk header with the attacker's key",
      token: await issuer.sign(claims, { header: { jwk: attacker.publicJwk }, key: attacker.privateKey }),
    },
    {
      name: "foreign signature under a known kid",
      token: await issuer.sign(claims, { key: attacker.privateKey }),
    },
    { name: "ID token as access token", token: await issuer.sign(claims, { header: { typ: "JWT" } }) },
    { name: "no typ", token: await issuer.sign(claims, { header: { typ: undefined } }) },
    { name: "changed payload", token: `${header}.${changed}.${signature}` },
    { name: "no signature", token: `${header}.${payload}.` },
    { name: "not a token", token: "opaque" },
  ];
}
