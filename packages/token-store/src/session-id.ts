import { hash, randomBytes } from "node:crypto";

const sessionIdPattern = /^[A-Za-z0-9_-]{43}$/;

/** A new session id: 256 random bits, base64url. It is the cookie's value and is stored nowhere. */
export function createSessionId(): string {
  return randomBytes(32).toString("base64url");
}

/** True when the text has the shape of a session id; says nothing about a session. */
export function isSessionId(text: string): boolean {
  return sessionIdPattern.test(text);
}

/** SHA-256 of the session id, base64url: what records are keyed by, so that a dump of the store opens no session. */
export function hashSessionId(sessionId: string): string {
  return hash("sha256", sessionId, "base64url");
}
