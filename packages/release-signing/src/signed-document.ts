import type { PublicKey } from "@mullion/contracts";
import { CompactSign, compactVerify, decodeProtectedHeader, errors, importJWK } from "jose";
import { type ZodType, z } from "zod";
import { ReleaseSigningError } from "./errors.ts";
import { algorithmOf, type SigningKey, thumbprintOf } from "./signing-key.ts";

/** Types of RFC 7515 section 4.1.9: one kind of document never passes for the other. */
export type DocumentType = "mullion-release+jws" | "mullion-delegation+jws";

// Nothing else may be in it: no `jwk`, `jku` or `x5c` to bring a key along, no `crit`, no `b64`.
const headerSchema = z.strictObject({ alg: z.string(), kid: z.string(), typ: z.string() });
const shape = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*$/;
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Signs a document as a compact JWS (RFC 7515 section 7.1). */
export async function signDocument(type: DocumentType, document: unknown, key: SigningKey): Promise<string> {
  const alg = algorithmOf(key);
  return new CompactSign(new TextEncoder().encode(JSON.stringify(document)))
    .setProtectedHeader({ alg, kid: await thumbprintOf(key), typ: type })
    .sign(await importJWK(key, alg));
}

/**
 * Name of the key that a document says it was signed with. It chooses which key to verify with and proves nothing.
 * @throws {ReleaseSigningError} `unsigned`, or `payload_invalid` for a document of another kind.
 */
export function decodeKeyName(jws: string, type: DocumentType): string {
  if (!shape.test(jws)) throw new ReleaseSigningError("unsigned");
  let header: unknown;
  try {
    header = decodeProtectedHeader(jws);
  } catch (cause) {
    throw new ReleaseSigningError("unsigned", cause);
  }
  const parsed = headerSchema.safeParse(header);
  if (!parsed.success || jws.endsWith(".") || parsed.data.alg === "none") {
    throw new ReleaseSigningError("unsigned");
  }
  if (parsed.data.typ !== type) throw new ReleaseSigningError("payload_invalid");
  return parsed.data.kid;
}

async function verifySignature(jws: string, key: PublicKey): Promise<Uint8Array> {
  const algorithm = algorithmOf(key);
  try {
    const { payload } = await compactVerify(jws, await importJWK(key, algorithm), {
      algorithms: [algorithm],
    });
    return payload;
  } catch (cause) {
    if (cause instanceof errors.JOSEAlgNotAllowed) throw new ReleaseSigningError("algorithm_refused", cause);
    throw new ReleaseSigningError("signature_invalid", cause);
  }
}

/**
 * The content of a document that one of `keys` signed. The key is chosen by name among those trusted, its algorithm follows from
 * its type, and nothing of the content is read before the signature was verified.
 * @throws {ReleaseSigningError}
 */
export async function verifyDocument<T>(
  jws: string,
  { type, keys, schema }: { type: DocumentType; keys: readonly PublicKey[]; schema: ZodType<T> },
): Promise<T> {
  const keyName = decodeKeyName(jws, type);
  const named = await Promise.all(keys.map(async (key) => ({ key, name: await thumbprintOf(key) })));
  const signer = named.find(({ name }) => name === keyName);
  if (signer === undefined) throw new ReleaseSigningError("unknown_key");
  const payload = await verifySignature(jws, signer.key);
  try {
    return schema.parse(JSON.parse(decoder.decode(payload)));
  } catch (cause) {
    throw new ReleaseSigningError("payload_invalid", cause);
  }
}
