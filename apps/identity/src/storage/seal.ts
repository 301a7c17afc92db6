import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const cipher = "aes-256-gcm";
const ivBytes = 12;
const tagBytes = 16;

/** What a value is sealed for: it opens for this purpose and in this context only. */
export interface SealedFor {
  purpose: string;
  context: string;
}

const artifact: SealedFor = { purpose: "mullion:identity:artifact", context: "" };

// Only whoever holds the id (the browser's cookie, the client's code or token) can open what is stored under its hash.
function keyOf(id: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", id, "", purpose, 32));
}

/** Encrypts a value so that only its id opens it (AES-256-GCM, key by HKDF). */
export function sealBytesUnder(id: string, plaintext: string, { purpose, context }: SealedFor): Buffer {
  const iv = randomBytes(ivBytes);
  const encrypt = createCipheriv(cipher, keyOf(id, purpose), iv).setAAD(Buffer.from(context));
  const body = [iv, encrypt.update(plaintext, "utf8"), encrypt.final()];
  return Buffer.concat([...body, encrypt.getAuthTag()]);
}

/** Opens what `sealBytesUnder` made. Throws when it was altered or belongs to another id, purpose or context. */
export function openBytesUnder(id: string, sealed: Buffer, { purpose, context }: SealedFor): string {
  const decrypt = createDecipheriv(cipher, keyOf(id, purpose), sealed.subarray(0, ivBytes));
  decrypt.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(-tagBytes));
  return decrypt.update(sealed.subarray(ivBytes, -tagBytes), undefined, "utf8") + decrypt.final("utf8");
}

/** The same as text (base64), for what lives for minutes in Redis. */
export function sealUnder(id: string, plaintext: string): string {
  return sealBytesUnder(id, plaintext, artifact).toString("base64");
}

/** Opens what `sealUnder` made. Throws when the value was altered or belongs to another id. */
export function openUnder(id: string, sealed: string): string {
  return openBytesUnder(id, Buffer.from(sealed, "base64"), artifact);
}
