import { inspect } from "node:util";
import { expect, it } from "vitest";
import { ReleaseSigningError } from "./errors.ts";
import { rootKeysSchema } from "./root-keys.ts";
import { createSigningKey, parseSigningKey, publicKeyOf, thumbprintOf } from "./signing-key.ts";

it.each(["EdDSA", "ES256"] as const)(
  "reads a %s key back from its text, without what else a JWK says",
  async (algorithm) => {
    const key = await createSigningKey(algorithm);
    expect(parseSigningKey(JSON.stringify({ ...key, use: "sig", kid: "x" }))).toEqual(key);
    expect(publicKeyOf(key)).not.toHaveProperty("d");
    expect(await thumbprintOf(publicKeyOf(key))).toBe(await thumbprintOf(key));
  },
);

it("gives a thumbprint as RFC 8037 appendix A.3 computes it", async () => {
  const key = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" } as const;
  expect(await thumbprintOf(key)).toBe("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
});

it("refuses what is no signing key, and repeats nothing of it", async () => {
  const key = await createSigningKey();
  const texts = [
    `{"kty":"OKP","d":"${key.d}"`,
    JSON.stringify({ ...key, crv: "X25519" }),
    JSON.stringify(publicKeyOf(key)),
    JSON.stringify({ kty: "oct", k: key.d }),
  ];
  for (const text of texts) {
    let thrown: unknown;
    try {
      parseSigningKey(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ReleaseSigningError);
    expect(thrown).toMatchObject({ code: "key_invalid" });
    expect(inspect(thrown, { depth: 9 })).not.toContain(key.d);
  }
});

it("root keys are a JWK set of public keys; a private one is refused", async () => {
  const key = await createSigningKey("ES256");
  const publicKey = publicKeyOf(key);
  expect(rootKeysSchema.parse(JSON.stringify({ keys: [publicKey] }))).toEqual([publicKey]);
  for (const text of [JSON.stringify({ keys: [key] }), JSON.stringify({ keys: [] }), "{", "[]"]) {
    expect(rootKeysSchema.safeParse(text).success, text.slice(0, 20)).toBe(false);
  }
});
