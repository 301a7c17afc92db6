import type { ApplicationType } from "./identity-clients.ts";

const loopbacks = new Set(["localhost", "127.0.0.1", "[::1]"]);
/** Private-use schemes are a domain name in reverse (RFC 8252 section 7.1): no other app on the device claims it by chance. */
const privateUseScheme = /^[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:$/;

// Addresses are compared character by character: one that parsing would change matches no request.
function isInNormalForm(uri: string, url: URL): boolean {
  return url.href === uri || url.href === `${uri}/`;
}

/** What is wrong with an address that a client wants browsers sent to; undefined when it can be registered. */
export function redirectUriProblem(uri: string, applicationType: ApplicationType): string | undefined {
  const url = URL.parse(uri);
  if (url === null) return "is not an absolute URI";
  if (uri.includes("#")) return "must not have a fragment";
  if (uri.includes("*")) return "must not have a wildcard: addresses are compared exactly";
  if (url.username !== "" || url.password !== "") return "must not have a user name or password";
  if (!isInNormalForm(uri, url)) return `must be written in normal form: ${url.href}`;
  const loopback = loopbacks.has(url.hostname);
  if (url.protocol === "https:") {
    return loopback && applicationType === "native" ? "must use http on the loopback address" : undefined;
  }
  if (url.protocol === "http:") {
    return loopback ? undefined : "must use https: http is for localhost and loopback addresses only";
  }
  if (applicationType === "web") return "must use https; other schemes are for native applications";
  return privateUseScheme.test(url.protocol)
    ? undefined
    : "must use a scheme that is a domain name in reverse, such as com.example.app:";
}

/** What is wrong with a browser origin; undefined when it can be registered. */
export function originProblem(origin: string): string | undefined {
  if (origin.includes("*") || origin === "null") return "must be one explicit origin";
  const url = URL.parse(origin);
  if (url === null || url.origin !== origin) {
    return "must be an origin: scheme, host and port, without a path or a slash at the end";
  }
  const secure = url.protocol === "https:" || (url.protocol === "http:" && loopbacks.has(url.hostname));
  return secure ? undefined : "must use https: http is for localhost and loopback addresses only";
}
