import type { IncomingHttpHeaders } from "node:http";

/** Cookie that holds the tokens of a person's override links. */
export const overrideCookie = "__Host-mullion.override";

// Not part of a JWT, and allowed in a cookie's value (RFC 6265 section 4.1.1).
const separator = "~";
const prefix = `${overrideCookie}=`;

/** A cookie must stay below 4096 bytes, and a token has about 500. */
const maxTokens = 5;
const maxTokenLength = 700;

/** True for what may be an override's token. */
export function isTokenShaped(text: string): boolean {
  return text.length <= maxTokenLength && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
}

/** The tokens in a request's cookie. Nothing of it is verified. */
export function overrideTokensOf({ cookie }: IncomingHttpHeaders): string[] {
  if (cookie?.includes(prefix) !== true) return [];
  const pairs = cookie.split(";").map((pair) => pair.trim());
  const values = pairs.filter((pair) => pair.startsWith(prefix)).map((pair) => pair.slice(prefix.length));
  // A second cookie of this name was planted by somebody.
  if (values.length !== 1) return [];
  return (values[0] ?? "").split(separator).filter(isTokenShaped).slice(-maxTokens);
}

/** `Set-Cookie` that keeps these tokens until the last of them expires, or none. */
export function setOverrideCookie(tokens: readonly string[], expiresAt: Date): string {
  const kept = tokens.slice(-maxTokens);
  const life = kept.length === 0 ? "Max-Age=0" : `Expires=${expiresAt.toUTCString()}`;
  return `${prefix}${kept.join(separator)}; Path=/; Secure; HttpOnly; SameSite=Lax; ${life}`;
}
