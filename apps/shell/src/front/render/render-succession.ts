import { setTimeout as delay } from "node:timers/promises";
import type { FastifyBaseLogger } from "fastify";
import { ShellError } from "../errors.ts";
import type { RenderChild, RenderEnd } from "./render-child.ts";

/** One render process after the other. */
export interface RenderSuccession {
  /** The one that draws pages now, or null between two. */
  current(): RenderChild | null;
  /** @throws {ShellError} `render_gone` when none became ready in time. */
  untilReady(): Promise<RenderChild>;
  close(): Promise<void>;
}

/** What a succession is made of. */
export interface SuccessionOptions {
  readonly spawn: () => RenderChild;
  readonly onEnd: (child: RenderChild, code: RenderEnd) => void;
  /** How long a page waits for a render process that is starting. */
  readonly readyTimeoutMs: number;
}

/** Delay before a render process that died is started again. Twice as long after each that was never ready, up to the most. */
const restartDelayMs = 250;
const mostRestartDelayMs = 10_000;
/** How often the process is looked at, so that at most one is started in that time. */
const inspectMs = 500;

/** The processes there are, and who waits for one. */
class Succession implements RenderSuccession {
  readonly #options: SuccessionOptions;
  readonly #log: FastifyBaseLogger;
  readonly #children = new Set<RenderChild>();
  readonly #inspection: NodeJS.Timeout;
  #current: RenderChild | null = null;
  #next: RenderChild | null = null;
  #available = Promise.withResolvers<RenderChild>();
  /** Set while none may be started. */
  #restart: NodeJS.Timeout | null = null;
  #failedStarts = 0;
  #isClosed = false;

  constructor(options: SuccessionOptions, log: FastifyBaseLogger) {
    this.#options = options;
    this.#log = log;
    this.#inspection = setInterval(() => {
      this.#inspect();
    }, inspectMs);
    this.#start();
  }

  current(): RenderChild | null {
    return this.#current;
  }

  async untilReady(): Promise<RenderChild> {
    if (this.#current !== null) return this.#current;
    const ended = new AbortController();
    const late = delay(this.#options.readyTimeoutMs, undefined, { signal: ended.signal }).then(() => {
      throw new ShellError("render_gone", "The render process is not ready.");
    });
    // The race leaves it behind; ending the timer rejects it.
    late.catch(() => undefined);
    try {
      return await Promise.race([this.#available.promise, late]);
    } finally {
      ended.abort();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#inspection);
    clearTimeout(this.#restart ?? undefined);
    await Promise.all(
      [...this.#children].map(async (child) => {
        child.kill("retired");
        await child.ended;
      }),
    );
  }

  #start(): void {
    const child = this.#options.spawn();
    this.#children.add(child);
    this.#next = child;
    child.ready.then(
      () => {
        this.#succeed(child);
      },
      () => undefined,
    );
    void child.ended.then((code) => {
      this.#bury(child, code);
    });
  }

  /** The new one draws from now on; the old one ends when its pages are drawn. */
  #succeed(child: RenderChild): void {
    const old = this.#current;
    this.#current = child;
    this.#next = null;
    this.#failedStarts = 0;
    this.#log.info({ pid: child.pid }, "render is ready");
    this.#available.resolve(child);
    void old?.retire();
  }

  #bury(child: RenderChild, code: RenderEnd): void {
    this.#children.delete(child);
    if (this.#isClosed) return;
    // Before the pages that it was drawing are asked for again.
    this.#options.onEnd(child, code);
    const wasOld = child !== this.#next && child !== this.#current;
    if (child === this.#next) {
      this.#next = null;
      this.#failedStarts += 1;
    }
    if (child === this.#current) {
      this.#current = null;
      this.#available = Promise.withResolvers<RenderChild>();
    }
    if (code !== "retired") this.#log.error({ code, pid: child.pid }, "render ended");
    if (!wasOld) this.#startLater();
  }

  #startLater(): void {
    const delayMs = Math.min(mostRestartDelayMs, restartDelayMs * 2 ** this.#failedStarts);
    clearTimeout(this.#restart ?? undefined);
    this.#restart = setTimeout(() => {
      this.#restart = null;
      if (this.#current === null && this.#next === null) this.#start();
    }, delayMs);
  }

  #inspect(): void {
    const child = this.#current;
    const reason = child?.worn() ?? null;
    if (child === null || reason === null || this.#next !== null || this.#restart !== null) return;
    this.#log.info({ reason, pid: child.pid, versions: child.versions().length }, "render is being replaced");
    this.#start();
  }
}

/** Starts a render process and keeps one running: one that died is followed at once, one that is worn without a gap. */
export function startSuccession(options: SuccessionOptions, log: FastifyBaseLogger): RenderSuccession {
  return new Succession(options, log);
}
