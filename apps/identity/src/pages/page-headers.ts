/**
 * Headers of every page. Browsers hold the redirects after a form to `form-action` as well, so the origins that the
 * form may end at are named.
 */
export function pageHeaders(formTargets: Iterable<string>): Readonly<Record<string, string>> {
  const origins = new Set([...formTargets].map((url) => new URL(url).origin));
  return {
    "cache-control": "no-store",
    "content-security-policy": [
      "default-src 'none'",
      "style-src 'self'",
      "img-src data:",
      // The library's own pages (a form that sends itself) add the hash of their one script.
      "script-src 'self'",
      ["form-action 'self'", ...origins].join(" "),
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join("; "),
    "cross-origin-opener-policy": "same-origin",
    // With no-referrer browsers would send `Origin: null` with our own forms.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
  };
}
