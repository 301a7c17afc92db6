import { once } from "node:events";
import { setTimeout as delay, setImmediate as untilSeen } from "node:timers/promises";
import type { FastifyBaseLogger } from "fastify";
import { type Dispatcher, errors } from "undici";
import { ShellError } from "../errors.ts";
import { keepPageHeaders } from "./answer-headers.ts";
import { type BridgeOperations, serveBridge } from "./bridge-server.ts";
import { createLateness } from "./lateness.ts";
import { createPageConnections, type PageRequest } from "./page-connections.ts";
import { createPageSink } from "./page-sink.ts";
import { logOutput } from "./render-output.ts";
import { spawnRender } from "./spawn-render.ts";
import { type RenderLimits, watch } from "./watchdog.ts";

/** Why a render process ended by itself or was ended. */
export type RenderEnd =
  | "render_stuck"
  | "render_memory"
  | "render_hostile"
  | "render_crashed"
  | "render_slow_start"
  | "retired";

/** One render process. */
export interface RenderChild {
  readonly pid: number | undefined;
  /** Resolves when it can draw pages; rejects when it ends before. */
  readonly ready: Promise<unknown>;
  readonly ended: Promise<RenderEnd>;
  isGone(): boolean;
  /** Versions whose pages are being drawn, or were given up since one was answered. */
  underWay(): ReadonlySet<string>;
  /** Versions whose pages it ever drew, oldest first. */
  versions(): readonly string[];
  /** Why it should be replaced, or null. */
  worn(): string | null;
  draw(version: string | null, page: PageRequest, factory: Dispatcher.StreamFactory): Promise<void>;
  /** Ends it when the pages under way are drawn. */
  retire(): Promise<void>;
  kill(reason: RenderEnd): void;
}

/** How long after its connections a process that ended takes to be reported, on a machine that is short of time. */
const endKnownMs = 2_000;
/** Connections that pages which took too long have cost. */
const mostLost = 16;
/** Longer than any page is waited for. */
const drainTimeoutMs = 25_000;

/** Counts what goes on, by version. */
function createLoad(): {
  begin(version: string | null): () => void;
  underWay(): Set<string>;
  versions(): string[];
  untilIdle(): Promise<void>;
} {
  const counts = new Map<string, number>();
  const seen = new Set<string>();
  let pages = 0;
  let idle = Promise.withResolvers<undefined>();
  return {
    begin(version) {
      pages += 1;
      if (version !== null) {
        seen.add(version);
        counts.set(version, (counts.get(version) ?? 0) + 1);
      }
      return () => {
        pages -= 1;
        const left = version === null ? 0 : (counts.get(version) ?? 1) - 1;
        if (version !== null) {
          if (left > 0) counts.set(version, left);
          else counts.delete(version);
        }
        if (pages === 0) {
          idle.resolve(undefined);
          idle = Promise.withResolvers<undefined>();
        }
      };
    },
    underWay: () => new Set(counts.keys()),
    versions: () => [...seen],
    async untilIdle() {
      if (pages > 0) await idle.promise;
    },
  };
}

/** By then the end of a process is known. Timers come first when front was held up; what had happened is seen after them. */
async function endKnown(): Promise<void> {
  await delay(endKnownMs, undefined, { ref: false });
  await untilSeen();
}

/** Front itself gave the page up: nothing has ended. */
function isCutOff(error: unknown): boolean {
  return (
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError ||
    error instanceof errors.ResponseExceededMaxSizeError
  );
}

/** What a render process is started with. */
export interface ChildOptions {
  readonly operations: BridgeOperations;
  readonly limits: RenderLimits;
  /** Whether a version may be what ended an earlier process. */
  readonly isSuspect: (version: string) => boolean;
  /** Told of a version that keeps its own pages waiting, while others are drawn. */
  readonly onHung: (version: string) => void;
  readonly log: FastifyBaseLogger;
}

/** Starts a render process and watches it. */
export function startChild(options: ChildOptions): RenderChild {
  const { operations, limits, isSuspect, onHung, log } = options;
  const { child, bridge, connections: sockets, output } = spawnRender(limits.heapMegabytes);
  const startedAt = performance.now();
  const load = createLoad();
  const lateness = createLateness(limits.stuckAfterPages, isSuspect);
  const ready = Promise.withResolvers<undefined>();
  let reason: RenderEnd | null = null;
  let isReady = false;
  let shaken: string | null = null;

  let isGone = false;

  const kill = (why: RenderEnd): void => {
    reason ??= why;
    child.kill("SIGKILL");
  };
  // Nothing can be drawn by it any more. Mostly it has ended; when it has not, something in it closed what is not its own.
  const connections = createPageConnections(sockets, () => {
    void endKnown().then(() => {
      kill("render_crashed");
    });
  });
  for (const stream of output) logOutput(stream, log, child.pid);
  const server = serveBridge(
    bridge,
    operations,
    {
      ready: () => {
        isReady = true;
        dog?.heard();
        ready.resolve(undefined);
      },
      beat: () => {
        dog?.heard();
      },
      shaken: (what) => {
        log.warn({ pid: child.pid, what }, "render reports an error that nobody caught");
        shaken = "an error that nobody caught";
      },
      hostile: (what) => {
        log.error({ pid: child.pid, what }, "render sent what no render process sends");
        kill("render_hostile");
      },
    },
    log,
  );
  const dog =
    child.pid === undefined
      ? null
      : watch(child.pid, limits, {
          isReady: () => isReady,
          beat: () => {
            server.beat();
          },
          verdict: kill,
        });

  const ended = Promise.withResolvers<RenderEnd>();
  const end = (): void => {
    isGone = true;
    dog?.stop();
    const gone = new ShellError("render_gone", "The render process ended.");
    connections.destroy(gone);
    bridge.destroy();
    ready.reject(gone);
    ended.resolve(reason ?? "render_crashed");
  };
  ready.promise.catch(() => undefined);
  child.once("error", (error) => {
    log.error({ err: error }, "render cannot be started");
    end();
  });
  child.once("exit", (code, signal) => {
    // V8 aborts when the heap is full.
    if (reason === null && (signal === "SIGABRT" || code === 134)) reason = "render_memory";
    log.info({ pid: child.pid, code, signal, reason }, "render ended");
    end();
  });

  /** The page may have been lost with the process: until that is known, it is under way. */
  const untilEndKnown = async (error: unknown): Promise<void> => {
    if (!isCutOff(error)) await Promise.race([ended.promise, endKnown()]);
    if (reason !== null || connections.areLost()) await ended.promise;
  };

  const worn = (): string | null => {
    const ageMs = performance.now() - startedAt;
    // Whatever is wrong with it, to replace it all the time would not help.
    if (ageMs < limits.leastAgeMs) return null;
    if (shaken !== null) return shaken;
    if (connections.lost() > mostLost) return "connections were lost";
    if (load.versions().length >= limits.wornVersions) return "versions";
    if ((dog?.residentBytes() ?? 0) > limits.wornResidentBytes) return "memory";
    return ageMs > limits.wornAgeMs ? "age" : null;
  };

  return {
    pid: child.pid,
    ready: ready.promise,
    ended: ended.promise,
    underWay: () => new Set([...load.underWay(), ...lateness.versions()]),
    versions: load.versions,
    isGone: () => isGone,
    worn,
    kill,
    async draw(version, page, factory) {
      const done = load.begin(version);
      try {
        await connections.stream(page, (answer) => {
          for (const hung of lateness.answered(version)) onHung(hung);
          return createPageSink(factory({ ...answer, headers: keepPageHeaders(answer.headers) }));
        });
      } catch (error) {
        if (error instanceof errors.HeadersTimeoutError && lateness.late(version)) kill("render_stuck");
        // The connections of a process that ended break before its end is known.
        await untilEndKnown(error);
        throw error;
      } finally {
        done();
      }
    },
    async retire() {
      await Promise.race([load.untilIdle(), delay(drainTimeoutMs, undefined, { ref: false })]);
      kill("retired");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}
