import { pinHeader } from "./bridge/pin-header.ts";

const dataPath = "/_next/data/";

let current: string | null = null;

function pathOf(input: RequestInfo | URL): string {
  const url = input instanceof Request ? input.url : input;
  return new URL(url, window.location.href).pathname;
}

/**
 * Pins this page's visit: every further page that its router asks for comes in the versions of `pin`, from whichever
 * front answers. It lives in the page, so each tab has its own, and a reload composes anew. Browser only.
 */
export function pinVisit(pin: string): void {
  const isFirst = current === null;
  current = pin;
  if (!isFirst) return;
  const plainFetch = window.fetch.bind(window);
  // Next's router has no setting for the headers of its data requests.
  window.fetch = async (input, init) => {
    if (current === null || current === "" || !pathOf(input).startsWith(dataPath))
      return plainFetch(input, init);
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    headers.set(pinHeader, current);
    return plainFetch(input, { ...init, headers });
  };
}
