import type { SpaAuth } from "./create-spa-auth.ts";
import { SpaAuthError } from "./errors.ts";

/** Where the API is. */
export interface ApiClientOptions {
  /** Calls go below this address and nowhere else, e.g. `https://api.example.com/v1/`. */
  readonly baseUrl: string;
}

/** Calls the API like `fetch` does, with the access token. Paths are taken below the base address. */
export type ApiClient = (path: string, init?: RequestInit) => Promise<Response>;

function addressOf(base: URL, path: string): URL {
  const url = new URL(path.replace(/^\/(?!\/)/, ""), base);
  if (url.origin === base.origin && url.pathname.startsWith(base.pathname) && url.username === "") return url;
  throw new SpaAuthError("foreign_address", "The token is for the API only: this address is elsewhere.");
}

/** Rejects as soon as the caller gives up; what was waited for goes on for the others. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (!signal) return promise;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason as Error);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener("abort", onAbort);
    });
  });
}

/**
 * A client of the API at one address. A call that gets 401 is made once more with another token, which all calls in
 * trouble share; the second answer stands. No cookie goes along, and redirects are errors: the token stays here.
 */
export function createApiClient(
  auth: Pick<SpaAuth, "accessToken">,
  { baseUrl }: ApiClientOptions,
): ApiClient {
  const base = new URL(baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`, location.href);
  return async (path, init = {}) => {
    const url = addressOf(base, path);
    const { signal, body } = init;
    const attempt = (token: string): Promise<Response> => {
      const headers = new Headers(init.headers);
      headers.set("authorization", `Bearer ${token}`);
      return fetch(url, { ...init, headers, credentials: "omit", redirect: "error" });
    };
    const token = await unlessAborted(auth.accessToken(), signal);
    const answer = await attempt(token);
    // A stream that was read cannot be sent again.
    if (answer.status !== 401 || body instanceof ReadableStream) return answer;
    const another = await unlessAborted(auth.accessToken(token), signal);
    await answer.body?.cancel();
    return attempt(another);
  };
}
