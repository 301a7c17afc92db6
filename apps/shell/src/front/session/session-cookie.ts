import type { IncomingHttpHeaders } from "node:http";
import { isSessionId } from "@mullion/token-store";

/** Cookie that holds the session id and nothing else. */
export const sessionCookie = "__Host-mullion.sid";

const prefix = `${sessionCookie}=`;

/**
 * The session id in a request's cookies, or null when there is none, it cannot be one, or there are several: a second
 * one was planted by somebody, and nobody can say which.
 */
export function sessionIdOf({ cookie }: IncomingHttpHeaders): string | null {
  let found: string | null = null;
  for (const pair of cookie?.split(";") ?? []) {
    const text = pair.trim();
    if (!text.startsWith(prefix)) continue;
    if (found !== null) return null;
    found = text.slice(prefix.length);
  }
  return found !== null && isSessionId(found) ? found : null;
}
