import { createHash } from "node:crypto";
import type { SessionHandle } from "./record.ts";

/** The braces make every key of one session fall on one cluster node, so that scripts may touch several. */
export function recordKey(handle: SessionHandle): string {
  return `mullion:{${handle}}:session`;
}

/** Held by the front that refreshes the session's tokens. */
export function leaseKey(handle: SessionHandle): string {
  return `mullion:{${handle}}:refresh`;
}

/** Where handles of ended sessions are published. */
export const revokedChannel = "mullion:revoked";

/** What sessions can be looked up by. */
export type IndexName = "user" | "sign-in";

/** Sorted set of session handles by their absolute end. The name is hashed: a dump of the store names nobody. */
export function indexKey(index: IndexName, name: string): string {
  return `mullion:{${createHash("sha256").update(`${index}:${name}`).digest("base64url")}}:${index}`;
}
