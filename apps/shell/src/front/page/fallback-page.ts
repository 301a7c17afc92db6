/**
 * Shown when pages cannot be drawn (no render process, or a front that has not heard the registry yet): plain, needs nothing else, and asks again by itself until pages are back.
 * `requestId` is ours, never taken from the visitor unchecked.
 */
export function fallbackPage(requestId: string, nonce: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="2">
<title>Back in a moment · Mullion</title>
<style nonce="${nonce}">
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center }
  main { max-width: 30rem; padding: 1.5rem }
  h1 { font-size: 1.25rem }
  p { opacity: .8 }
</style>
<main>
  <h1>Back in a moment</h1>
  <p>Pages cannot be drawn right now. This one tries again by itself every two seconds; nothing is lost.</p>
  <p><small>Request ${requestId}</small></p>
</main>
</html>
`;
}

/** The fallback page's Content-Security-Policy: it shows text. */
export function fallbackPolicy(nonce: string): string {
  return `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}
