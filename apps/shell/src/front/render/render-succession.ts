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

/** How long a page waits for a render process that is starting. */
const readyTimeoutMs = 10_000;
/** Delay before a render process that died is started again, so that one that dies at start does not spin. */
const restartDelayMs = 250;
/** How often the process is looked at, so that at most one is started in that time. */
const inspectMs = 500;

/** The processes there are, and who waits for one. */
class Succession implements RenderSuccession {
  readonly #spawn: () => RenderChild;
  readonly #onEnd: (child: RenderChild, code: RenderEnd) => void;
  readonly #log: FastifyBaseLogger;
  readonly #children = new Set<RenderChild>();
  readonly #inspection: NodeJS.Timeout;
  #current: RenderChild | null = null;
  #next: RenderChild | null = null;
  #available = Promise.withResolvers<RenderChild>();
  #isClosed = false;

  constructor(
    spawn: () => RenderChild,
    onEnd: (child: RenderChild, code: RenderEnd) => void,
    log: FastifyBaseLogger,
  ) {
    this.#spawn = spawn;
    this.#onEnd = onEnd;
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
    const late = delay(readyTimeoutMs, undefined, { signal: ended.signal }).then(() => {
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
    await Promise.all(
      [...this.#children].map(async (child) => {
        child.kill("retired");
        await child.ended;
      }),
    );
  }

  #start(): void {
    const child = this.#spawn();
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
    this.#log.info({ pid: child.pid }, "render is ready");
    this.#available.resolve(child);
    void old?.retire();
  }

  #bury(child: RenderChild, code: RenderEnd): void {
    this.#children.delete(child);
    if (this.#isClosed) return;
    // Before the pages that it was drawing are asked for again.
    this.#onEnd(child, code);
    if (child === this.#next) this.#next = null;
    if (child === this.#current) {
      this.#current = null;
      this.#available = Promise.withResolvers<RenderChild>();
    }
    if (code === "retired") return;
    this.#log.error({ code, pid: child.pid }, "render ended");
    setTimeout(() => {
      if (this.#current === null && this.#next === null && !this.#isClosed) this.#start();
    }, restartDelayMs);
  }

  #inspect(): void {
    const child = this.#current;
    const reason = child?.worn() ?? null;
    if (child === null || reason === null || this.#next !== null) return;
    this.#log.info({ reason, pid: child.pid, versions: child.versions().length }, "render is being replaced");
    this.#start();
  }
}

/** Starts a render process and keeps one running: one that died is followed at once, one that is worn without a gap. */
export function startSuccession(
  spawn: () => RenderChild,
  onEnd: (child: RenderChild, code: RenderEnd) => void,
  log: FastifyBaseLogger,
): RenderSuccession {
  return new Succession(spawn, onEnd, log);
}
