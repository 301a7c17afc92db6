import type { Exchange, Interceptor, Tap, TappedRequest } from "./tap.ts";

/** True for a request to identity that exchanges a refresh token. */
function isRefresh({ method, url, body }: TappedRequest): boolean {
  return method === "POST" && url === "/token" && body.includes("grant_type=refresh_token");
}

/** Refreshes that identity was asked for so far. */
export function countRefreshes({ requests }: Tap): number {
  return requests.filter(isRefresh).length;
}

/** Intercepts refreshes only. */
export function onRefresh(handle: (exchange: Exchange) => Promise<void>): Interceptor {
  return (exchange) => (isRefresh(exchange.request) ? handle(exchange) : undefined);
}

/** Something that happens once, and can be waited for. */
export interface Moment {
  readonly reached: Promise<void>;
  reach(): void;
}

/** A moment that has not come yet. */
export function createMoment(): Moment {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return {
    reached: promise,
    reach: () => {
      resolve(undefined);
    },
  };
}
