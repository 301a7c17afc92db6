import { type PublicKey, publicKeySchema } from "@mullion/contracts";
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import { z } from "zod";
import { ReleaseSigningError } from "./errors.ts";

/** Signature algorithms of RFC 7518 and RFC 8037 that releases are signed with. */
export type SigningAlgorithm = "EdDSA" | "ES256";

const secretPart = { d: z.string().length(43) };
const signingKeySchema = z.discriminatedUnion("kty", [
  publicKeySchema.options[0].extend(secretPart),
  publicKeySchema.options[1].extend(secretPart),
]);

/** A private key as a JWK: a team's, or the platform's root key. */
export type SigningKey = z.infer<typeof signingKeySchema>;

/** A new key. Ed25519 unless a key store that knows only P-256 has to hold it. */
export async function createSigningKey(algorithm: SigningAlgorithm = "EdDSA"): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return signingKeySchema.parse(pick(await exportJWK(privateKey)));
}

function pick({ kty, crv, x, y, d }: Awaited<ReturnType<typeof exportJWK>>): Record<string, unknown> {
  return { kty, crv, x, ...(y === undefined ? {} : { y }), d };
}

/**
 * The key in a JWK's text, without whatever else the JWK says.
 * @throws {ReleaseSigningError} `key_invalid`, which repeats nothing of the text.
 */
export function parseSigningKey(text: string): SigningKey {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which may hold a secret.
    throw new ReleaseSigningError("key_invalid");
  }
  const parsed = z.looseObject({ kty: z.string() }).transform(pick).pipe(signingKeySchema).safeParse(json);
  if (!parsed.success) throw new ReleaseSigningError("key_invalid");
  return parsed.data;
}

/** The half of a key that everybody may know. */
export function publicKeyOf(key: SigningKey): PublicKey {
  const { d: _secret, ...publicKey } = key;
  return publicKey;
}

/** Name of a key: its thumbprint of RFC 7638, the same for both halves. */
export async function thumbprintOf(key: PublicKey | SigningKey): Promise<string> {
  return calculateJwkThumbprint(key);
}

/** The only algorithm a key is used with: what a signature claims decides nothing. */
export function algorithmOf(key: PublicKey | SigningKey): SigningAlgorithm {
  return key.kty === "OKP" ? "EdDSA" : "ES256";
}
