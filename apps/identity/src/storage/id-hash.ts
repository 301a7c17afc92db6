import { hash } from "node:crypto";
import type { AdapterPayload } from "oidc-provider";

/** SHA-256 of an id. Ids are random and long, so that nothing slower is needed to keep them from being guessed. */
export function hashId(id: string): Buffer {
  return hash("sha256", id, "buffer");
}

/** A copy of a payload to store: the id is what opens it, and is put back when the payload is found. */
export function withoutId(payload: AdapterPayload): AdapterPayload {
  const stored = { ...payload };
  delete stored.jti;
  return stored;
}
