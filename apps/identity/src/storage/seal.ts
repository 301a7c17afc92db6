import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const cipher = "aes-256-gcm";
const ivBytes = 12;
const tagBytes = 16;

// Only whoever holds the id (the browser's cookie, the client's code) can open what is stored under its hash.
function keyOf(id: string): Buffer {
  return Buffer.from(hkdfSync("sha256", id, "", "mullion:identity:artifact", 32));
}

/** Encrypts a value so that only its id opens it (AES-256-GCM, base64). */
export function sealUnder(id: string, plaintext: string): string {
  const iv = randomBytes(ivBytes);
  const encrypt = createCipheriv(cipher, keyOf(id), iv);
  const body = [iv, encrypt.update(plaintext, "utf8"), encrypt.final(), encrypt.getAuthTag()];
  return Buffer.concat(body).toString("base64");
}

/** Opens what `sealUnder` made. Throws when the value was altered or belongs to another id. */
export function openUnder(id: string, sealed: string): string {
  const body = Buffer.from(sealed, "base64");
  const decrypt = createDecipheriv(cipher, keyOf(id), body.subarray(0, ivBytes));
  decrypt.setAuthTag(body.subarray(-tagBytes));
  return decrypt.update(body.subarray(ivBytes, -tagBytes), undefined, "utf8") + decrypt.final("utf8");
}
