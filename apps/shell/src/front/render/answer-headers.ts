import type { IncomingHttpHeaders } from "node:http";

/** Headers of a page that come from render. It runs the code of others: cookies, policies and caching are front's alone. */
const passed = new Set([
  ...["content-type", "content-length", "content-encoding", "vary", "etag", "link"],
  ...["x-nextjs-redirect", "x-nextjs-rewrite", "x-nextjs-matched-path", "x-nextjs-cache"],
]);

/** A way on this site only, with one reading. */
function isLocalPath(location: string): boolean {
  return /^\/(?![/\\])[^\\\s]*$/.test(location);
}

/** What front passes on of the headers that render answered with. */
export function keepPageHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => passed.has(name)));
  const { location } = headers;
  return location !== undefined && isLocalPath(location) ? { ...kept, location } : kept;
}
