/** The header that says what a page may load and where its forms may go. */
export const policyHeader = "content-security-policy";

/** What a form may end at: an origin, or the scheme of an app's own. */
function toFormTarget(uri: string): string {
  const { origin, protocol } = new URL(uri);
  return origin === "null" ? protocol : origin;
}

/** Lets the forms of a page end at these registered addresses too: on loopback a native app listens on any port. */
export function allowFormTargets(policy: string, uris: Iterable<string>): string {
  const targets = new Set(
    [...uris].map((uri) => toFormTarget(uri).replace(/^(http:\/\/.+?)(?::\d+)?$/, "$1:*")),
  );
  return policy.replace("form-action 'self'", ["form-action 'self'", ...targets].join(" "));
}

/**
 * Headers of every page. Browsers hold the redirects after a form to `form-action` as well, so the origins that the
 * form may end at are named.
 */
export function pageHeaders(formTargets: Iterable<string>): Readonly<Record<string, string>> {
  const targets = new Set([...formTargets].map(toFormTarget));
  return {
    "cache-control": "no-store",
    "content-security-policy": [
      "default-src 'none'",
      "style-src 'self'",
      "img-src data:",
      // The library's own pages (a form that sends itself) add the hash of their one script.
      "script-src 'self'",
      ["form-action 'self'", ...targets].join(" "),
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
