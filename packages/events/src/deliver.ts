import type { EventBatch } from "@mullion/contracts";
import { EventsError } from "./errors.ts";

/** Where batches go and whose token they carry. */
export interface Destination {
  url: string;
  getToken: () => Promise<string>;
}

const timeoutMs = 5_000;

// A batch that was malformed or too large stays so; anything else (a token refused during a key rotation, too many
// requests, a service that restarts) may pass later.
const final = new Set([400, 404, 405, 413, 415, 422]);

/** Posts one batch; rejects with `EventsError`. */
export async function deliver({ url, getToken }: Destination, batch: EventBatch): Promise<void> {
  let response: Response;
  try {
    response = await fetch(new URL("/insights/events", url), {
      method: "POST",
      headers: { authorization: `Bearer ${await getToken()}`, "content-type": "application/json" },
      body: JSON.stringify(batch),
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    // The body says nothing more than the status; reading it frees the connection.
    await response.arrayBuffer();
  } catch (error) {
    throw new EventsError("unreachable", "the events could not be sent", error);
  }
  if (response.ok) return;
  throw new EventsError(
    final.has(response.status) ? "refused" : "unreachable",
    `the events were answered ${String(response.status)}`,
  );
}
