import { setTimeout as delay } from "node:timers/promises";
import type { FastifyBaseLogger } from "fastify";
import type { Dispatcher } from "undici";
import { type Page, ticketHeader } from "../../bridge/protocol.ts";
import { ShellError } from "../errors.ts";
import { createBlame } from "./blame.ts";
import type { BridgeOperations } from "./bridge-server.ts";
import type { PageRequest } from "./page-connections.ts";
import { type RenderChild, type RenderEnd, startChild } from "./render-child.ts";
import { defaultLimits, type RenderLimits } from "./watchdog.ts";

/** A version of a remote that ended a render process, and is drawn by browsers only for a while. */
export interface RenderFault {
  readonly remote: string;
  readonly version: string;
  readonly code: Exclude<RenderEnd, "retired">;
}

/** What has pages drawn. */
export interface PageConnection {
  /** Sends the request of a page, with its ticket in the headers, and passes the answer on to what `factory` returns. */
  stream(page: PageRequest, factory: Dispatcher.StreamFactory): Promise<void>;
}

/** The render process and the way to it. It is started again whenever it dies, and replaced when it is worn. */
export interface RenderProcess {
  /**
   * Resolves when pages can be drawn.
   * @throws {ShellError} `render_gone` when no render process became ready in time.
   */
  connect(): Promise<PageConnection>;
  /** Process id of the current render process, or null between two. */
  pid(): number | null;
  check(): Promise<void>;
  close(): Promise<void>;
}

/** What differs from the usual. */
export interface RenderOptions {
  readonly limits?: Partial<RenderLimits>;
  /** Told of each version that goes into quarantine. */
  readonly onFault?: (fault: RenderFault) => void;
}

/** How long a page waits for a render process that is starting. */
const readyTimeoutMs = 10_000;
/** Delay before a render process that died is started again, so that one that dies at start does not spin. */
const restartDelayMs = 250;
/** How often the process is looked at, and at most one is started. */
const inspectMs = 1_000;
/** How long browsers draw alone what ended a render process. */
const quarantineMs = 10 * 60_000;
/** How often a page is asked for again when render ended under it. Nobody has seen anything of it by then. */
const attempts = 3;

const versionOf = (page: Page): string | null =>
  page.kind === "remote" ? `${page.remote.name}@${page.remote.version}` : null;

/** Starts render and keeps it running. */
export async function startRender(
  operations: BridgeOperations,
  log: FastifyBaseLogger,
  { limits: chosen, onFault }: RenderOptions = {},
): Promise<RenderProcess> {
  const limits = { ...defaultLimits, ...chosen };
  const blame = createBlame(quarantineMs);
  const children = new Set<RenderChild>();
  const closed = new AbortController();
  let current: RenderChild | null = null;
  let next: RenderChild | null = null;
  let available = Promise.withResolvers<RenderChild>();
  let oneByOne: Promise<unknown> = Promise.resolve();

  const guarded: BridgeOperations = {
    ...operations,
    page(ticket) {
      const page = operations.page(ticket);
      const version = versionOf(page);
      const isKept = page.kind === "remote" && version !== null && blame.isQuarantined(version);
      return isKept ? { ...page, serverEntry: null } : page;
    },
  };

  const accuse = (child: RenderChild, code: RenderEnd): void => {
    if (code === "retired" || code === "render_slow_start") return;
    for (const subject of blame.ended(child.underWay(), child.versions())) {
      const [remote = subject, version = ""] = subject.split("@", 2);
      log.error({ remote, version, code }, "a remote ended render; browsers draw it alone for a while");
      onFault?.({ remote, version, code });
    }
  };

  const start = (): void => {
    const child = startChild(guarded, limits, log);
    children.add(child);
    next = child;
    void child.ready.then(
      () => {
        const old = current;
        current = child;
        next = null;
        log.info({ pid: child.pid }, "render is ready");
        available.resolve(child);
        void old?.retire();
      },
      () => undefined,
    );
    void child.ended.then(async (code) => {
      children.delete(child);
      if (closed.signal.aborted) return;
      // Before its pages are asked for again.
      accuse(child, code);
      if (child === current) {
        current = null;
        available = Promise.withResolvers<RenderChild>();
      }
      if (child === next) next = null;
      if (code === "retired") return;
      log.error({ code, pid: child.pid }, "render ended; starting it again");
      await delay(restartDelayMs, undefined, { signal: closed.signal }).catch(() => undefined);
      if (current === null && next === null && !closed.signal.aborted) start();
    });
  };
  start();

  const inspection = setInterval(() => {
    const reason = current?.worn() ?? null;
    if (reason === null || next !== null) return;
    log.info({ reason, pid: current?.pid, versions: current?.versions().length }, "render is being replaced");
    start();
  }, inspectMs);

  const untilReady = async (): Promise<RenderChild> => {
    if (current !== null) return current;
    const ended = new AbortController();
    const late = delay(readyTimeoutMs, undefined, { signal: ended.signal }).then(() => {
      throw new ShellError("render_gone", "The render process is not ready.");
    });
    late.catch(() => undefined);
    try {
      return await Promise.race([available.promise, late]);
    } finally {
      ended.abort();
    }
  };

  const draw = async (
    child: RenderChild,
    version: string | null,
    page: PageRequest,
    factory: Dispatcher.StreamFactory,
  ): Promise<void> => {
    if (version === null || !blame.isSuspect(version)) {
      await child.draw(version, page, factory);
      return;
    }
    const turn = oneByOne.then(() => child.draw(version, page, factory));
    oneByOne = turn.catch(() => undefined);
    await turn;
  };

  const drawOnAny = async (page: PageRequest, factory: Dispatcher.StreamFactory): Promise<void> => {
    const version = versionOf(operations.page(ticketOf(page)));
    for (let number = 1; ; number += 1) {
      const child = await untilReady();
      let hasBegun = false;
      try {
        await draw(child, version, page, (answer) => {
          hasBegun = true;
          return factory(answer);
        });
        if (version !== null) blame.drawn(version);
        return;
      } catch (error) {
        // Only when the process is gone is the page asked for again; one that takes too long is refused.
        if (hasBegun || !child.isGone() || number === attempts) throw error;
      }
    }
  };

  return {
    async connect() {
      await untilReady();
      return { stream: drawOnAny };
    },
    pid: () => current?.pid ?? null,
    check: async () => {
      if (current === null) throw new ShellError("render_gone", "The render process is not ready.");
    },
    async close() {
      closed.abort();
      clearInterval(inspection);
      await Promise.all(
        [...children].map(async (child) => {
          child.kill("retired");
          await child.ended;
        }),
      );
    },
  };
}

function ticketOf({ headers }: PageRequest): string {
  const ticket: unknown = Reflect.get(headers ?? {}, ticketHeader);
  if (typeof ticket !== "string") throw new ShellError("bad_ticket", "A page is asked for with a ticket.");
  return ticket;
}
