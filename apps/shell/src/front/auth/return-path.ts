/** True for what a browser's URL parser would silently drop or read as a slash. */
function hasTrick(text: string): boolean {
  return /[\0-\x20\\\x7f]/.test(text);
}

/**
 * Where to go after sign-in or sign-out: a path of this site, or `/` for anything else (`//evil`, `/\evil`, other
 * origins, `javascript:`, control characters).
 */
export function safeReturnPath(target: string | undefined, origin: string): string {
  if (target === undefined || hasTrick(target)) return "/";
  const url = URL.canParse(target, origin) ? new URL(target, origin) : null;
  if (url === null || url.origin !== origin || url.pathname.startsWith("//")) return "/";
  return url.pathname + url.search;
}
