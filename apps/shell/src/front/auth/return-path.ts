/** Nobody was at an address longer than this; a cookie that remembers it would be too long. */
const maxLength = 2_048;

/** True for what a browser's URL parser would silently drop or read as a slash, plain or encoded. */
function hasTrick(text: string): boolean {
  return /[\0-\x20\\\x7f]|%(?:[01][0-9a-f]|5c|7f)/i.test(text);
}

/**
 * Where to go after sign-in or sign-out: a path of this site, or `/` for anything else (`//evil`, `/\evil`, other
 * origins, `javascript:`, control characters).
 */
export function safeReturnPath(target: string | undefined, origin: string): string {
  if (target === undefined || hasTrick(target)) return "/";
  // `http:evil` and `evil` are paths to a URL parser and hosts to a person.
  if (!target.startsWith("/") && !target.startsWith(`${origin}/`)) return "/";
  const url = URL.canParse(target, origin) ? new URL(target, origin) : null;
  if (url === null || url.origin !== origin || url.pathname.startsWith("//")) return "/";
  return url.pathname + url.search;
}

/** False for a `callbackUrl` that is no address at all; NextAuth answers one with a fault of the server. */
export function isReadable(target: string): boolean {
  return target.length <= maxLength && isDecodable(target) && URL.canParse(target, "http://localhost");
}

function isDecodable(text: string): boolean {
  try {
    return decodeURIComponent(text) !== "";
  } catch {
    return false;
  }
}
