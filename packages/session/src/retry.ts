import type { SWRConfiguration } from "swr";
import { BffError } from "./errors.ts";

const firstDelayMs = 2_000;
const longestDelayMs = 30_000;

// What the request itself is refused for stays refused. 408 and 429 are about the moment.
function isFinal({ status }: BffError): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/** Delay before the n-th repetition (from 0), in milliseconds; what the server asked for comes first. */
export function retryDelayMs(attempt: number, retryAfterSeconds?: number, random = Math.random): number {
  // Spread out, so that a server that is back is not asked by everybody at once.
  if (retryAfterSeconds !== undefined) return retryAfterSeconds * 1_000 + random() * 500;
  return Math.min(firstDelayMs * 2 ** attempt, longestDelayMs) * (0.75 + random() / 2);
}

/** When SWR asks again after a failure. */
export const onErrorRetry: NonNullable<SWRConfiguration["onErrorRetry"]> = (
  error,
  _key,
  _config,
  revalidate,
  options,
) => {
  const failure = error instanceof BffError ? error : undefined;
  if (failure !== undefined && isFinal(failure)) return;
  const delayMs = retryDelayMs(options.retryCount - 1, failure?.retryAfterSeconds);
  setTimeout(() => void revalidate(options), delayMs);
};
