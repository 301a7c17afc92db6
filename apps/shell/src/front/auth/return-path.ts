import { ProblemError } from "@mullion/http-service";

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

/**
 * Refuses a `callbackUrl` that cannot be read as an address at all: NextAuth would answer it with a fault of the server.
 * @throws {ProblemError} `callback_url_malformed` (400).
 */
export function assertReadable(target: string | undefined, origin: string): void {
  if (target === undefined) return;
  if (target.length <= maxLength && isDecodable(target) && URL.canParse(target, origin)) return;
  throw new ProblemError({
    status: 400,
    code: "callback_url_malformed",
    title: "The callbackUrl is malformed",
  });
}

function isDecodable(text: string): boolean {
  try {
    return decodeURIComponent(text) !== "";
  } catch {
    return false;
  }
}
