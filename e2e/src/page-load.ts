import { setTimeout as delay } from "node:timers/promises";
import { Pool } from "undici";

/** One page that was asked for. */
export interface LoadedPage {
  readonly front: string;
  /** `performance.now()` of the request, and of the whole answer. */
  readonly askedAt: number;
  readonly answeredAt: number;
  /** Null where the connection broke. */
  readonly status: number | null;
  /** Version of the remote that the page shows, drawn by the server. */
  readonly version: string | null;
}

/** Pages asked for at a steady rate until it is stopped. */
export interface PageLoad {
  readonly pages: LoadedPage[];
  /** Stops asking and waits for what was asked. */
  stop(): Promise<void>;
}

/** What to ask for, of whom and how often. */
export interface PageLoadOptions {
  /** Addresses of the fronts, taken in turn. */
  readonly fronts: readonly string[];
  /** Host that browsers would name. */
  readonly host: string;
  readonly path: string;
  /** Cookie headers, taken in turn. */
  readonly cookies: readonly string[];
  readonly perSecond: number;
  /** The version in a whole page, null where it does not show the remote. */
  readonly versionIn: (html: string) => string | null;
}

/** Asks for pages as many people would: whoever comes does not wait for those before. */
export function startPageLoad(options: PageLoadOptions): PageLoad {
  const { fronts, host, path, cookies, perSecond, versionIn } = options;
  const pools = fronts.map((front) => [front, new Pool(front, { connections: 32 })] as const);
  const pages: LoadedPage[] = [];
  const underWay = new Set<Promise<void>>();
  const stopped = new AbortController();

  const ask = async ([front, pool]: readonly [string, Pool], cookie: string): Promise<void> => {
    const askedAt = performance.now();
    let status: number | null = null;
    let version: string | null = null;
    try {
      const answer = await pool.request({ method: "GET", path, headers: { host, cookie } });
      const html = await answer.body.text();
      status = answer.statusCode;
      version = versionIn(html);
    } catch {
      // The status says it.
    }
    pages.push({ front, askedAt, answeredAt: performance.now(), status, version });
  };

  const run = async (): Promise<void> => {
    const startedAt = performance.now();
    for (let count = 0; !stopped.signal.aborted; count += 1) {
      const wait = startedAt + (count * 1_000) / perSecond - performance.now();
      // A clock, not a guess: the rate is what is asked for.
      if (wait > 0) await delay(wait, undefined, { signal: stopped.signal }).catch(() => undefined);
      const pool = pools[count % pools.length];
      if (pool === undefined) throw new Error("no front to ask");
      const page = ask(pool, cookies[count % cookies.length] ?? "").finally(() => underWay.delete(page));
      underWay.add(page);
    }
  };
  const running = run();

  return {
    pages,
    async stop() {
      stopped.abort();
      await running;
      await Promise.all(underWay);
      await Promise.all(pools.map(async ([, pool]) => pool.close()));
    },
  };
}
