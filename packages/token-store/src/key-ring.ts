import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { TokenStoreError } from "./errors.ts";

/** Keys that seal records, newest first. */
export interface KeyRing {
  /** Encrypts with the newest key. `context` is authenticated, not stored: a value only opens where it was put. */
  seal(plaintext: string, context: string): string;
  /**
   * Decrypts with the key that the value names.
   * @throws {TokenStoreError} `record_unreadable` for an unknown key, an altered value or another context.
   */
  open(sealed: string, context: string): string;
  /** True when the value names the newest key: otherwise it is to be sealed anew before its key leaves the ring. */
  isNewest(sealed: string): boolean;
}

const cipher = "aes-256-gcm";
const ivBytes = 12;
const tagBytes = 16;

/**
 * Creates a key ring (AES-256-GCM) from `id:base64,id:base64`, newest first. To rotate, put a new key in front and
 * keep the old one until the longest session has ended.
 * @throws {TokenStoreError} `bad_key_ring` naming the entry that is wrong.
 */
export function createKeyRing(definition: string): KeyRing {
  const keys = new Map<string, Buffer>();
  for (const [index, entry] of definition.split(",").entries()) {
    const [id, encoded] = entry.trim().split(":");
    const key = Buffer.from(encoded ?? "", "base64");
    if (!id || !/^[\w-]{1,32}$/.test(id) || key.length !== 32) {
      throw new TokenStoreError(
        "bad_key_ring",
        `Key ${index + 1} of the ring is not "id:base64 of 32 bytes".`,
      );
    }
    keys.set(id, key);
  }
  const [newest] = keys;
  if (newest === undefined) throw new TokenStoreError("bad_key_ring", "The key ring is empty.");
  const [newestId, newestKey] = newest;

  return {
    seal(plaintext, context) {
      const iv = randomBytes(ivBytes);
      const encrypt = createCipheriv(cipher, newestKey, iv).setAAD(Buffer.from(context));
      const body = Buffer.concat([
        iv,
        encrypt.update(plaintext, "utf8"),
        encrypt.final(),
        encrypt.getAuthTag(),
      ]);
      return `${newestId}.${body.toString("base64url")}`;
    },
    isNewest: (sealed) => sealed.startsWith(`${newestId}.`),
    open(sealed, context) {
      const [id = "", encoded = ""] = sealed.split(".");
      const key = keys.get(id);
      const body = Buffer.from(encoded, "base64url");
      if (key === undefined || body.length < ivBytes + tagBytes) {
        throw new TokenStoreError(
          "record_unreadable",
          "A record is sealed with a key that is not in the ring.",
        );
      }
      const decrypt = createDecipheriv(cipher, key, body.subarray(0, ivBytes))
        .setAAD(Buffer.from(context))
        .setAuthTag(body.subarray(-tagBytes));
      try {
        return decrypt.update(body.subarray(ivBytes, -tagBytes), undefined, "utf8") + decrypt.final("utf8");
      } catch (cause) {
        throw new TokenStoreError("record_unreadable", "A record was altered or does not belong here.", {
          cause,
        });
      }
    },
  };
}
