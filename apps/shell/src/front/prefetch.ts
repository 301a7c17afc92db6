import type { IncomingHttpHeaders } from "node:http";

/** Headers by which browsers and frameworks mark a request that nobody has asked for yet, and the mark. */
const marks = {
  "sec-purpose": "prefetch",
  purpose: "prefetch",
  "x-purpose": "preview",
  "x-moz": "prefetch",
  "next-router-prefetch": "",
  "x-middleware-prefetch": "",
} as const;

/** True for a request that a browser or a router makes ahead of a click that may never come. */
export function isPrefetch(headers: IncomingHttpHeaders): boolean {
  return Object.entries(marks).some(([name, mark]) => headers[name]?.includes(mark) === true);
}
