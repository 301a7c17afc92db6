import type { FederationErrorCode } from "../errors.ts";

const diagnosisWithinMs = 3_000;

/** SHA-384 of bytes as browsers write it in `integrity`. */
async function integrityOf(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-384", bytes));
  return `sha384-${btoa(String.fromCharCode(...digest))}`;
}

/** Why the browser refused a file: it tells scripts only that it did. Altered bytes are told apart from no bytes. */
export async function diagnose(url: string, integrity: string): Promise<FederationErrorCode> {
  try {
    const response = await fetch(url, {
      credentials: "omit",
      signal: AbortSignal.timeout(diagnosisWithinMs),
    });
    if (!response.ok) return "remote_unavailable";
    const actual = await integrityOf(await response.arrayBuffer());
    return actual === integrity ? "remote_unavailable" : "integrity_mismatch";
  } catch {
    return "remote_unavailable";
  }
}
