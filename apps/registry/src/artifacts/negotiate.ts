import Negotiator from "negotiator";
import type { BlobEncoding } from "./artifact-store.ts";

/** Smallest first. */
const compressed = ["br", "gzip"] as const satisfies BlobEncoding[];

/**
 * Encodings to try, best first, for an `Accept-Encoding` header (RFC 9110 section 12.5.3): of those accepted the
 * smallest, whatever their weights. Always ends in `identity`, which the section allows even when it is refused.
 */
export function acceptedEncodings(header: string | undefined): BlobEncoding[] {
  const accepted = new Negotiator({ headers: { "accept-encoding": header ?? "identity" } }).encodings([
    ...compressed,
  ]);
  return [...compressed.filter((encoding) => accepted.includes(encoding)), "identity"];
}
