import { hash } from "node:crypto";

/** SHA-256 of an id. Ids are random and long, so that nothing slower is needed to keep them from being guessed. */
export function hashId(id: string): Buffer {
  return hash("sha256", id, "buffer");
}
