import { readFile } from "node:fs/promises";

/** When a render process is ended, and when it is replaced in time. */
export interface RenderLimits {
  /** Time to become ready in, in which front itself was not held up. */
  readonly startWithinMs: number;
  /** How long a page waits for a process that is starting. */
  readonly readyTimeoutMs: number;
  /** Time without a sign of life, in which front itself was not held up. */
  readonly stuckAfterMs: number;
  /** Pages in a row that were not answered in time, however alive it says it is; of a version as many, while others are. */
  readonly stuckAfterPages: number;
  /** V8's limit for what lives in JavaScript. */
  readonly heapMegabytes: number;
  /** Resident memory (Linux) above which the process is ended at once. */
  readonly residentBytes: number;
  /** Resident memory above which it is replaced without losing a page. */
  readonly wornResidentBytes: number;
  /** Versions of remotes after which it is replaced: code that was loaded once is never let go by the runtime. */
  readonly wornVersions: number;
  readonly wornAgeMs: number;
  /** A younger one is not replaced. */
  readonly leastAgeMs: number;
}

const megabyte = 1_024 * 1_024;

/** What an operator need not think about. */
export const defaultLimits: RenderLimits = {
  startWithinMs: 60_000,
  // A start takes two or three seconds, ten and more on a machine that is short of time. Not as long as a start may take
  // at most: few people wait for a minute, and the page has yet to be drawn before the edge gives up (90 s).
  readyTimeoutMs: 30_000,
  stuckAfterMs: 5_000,
  stuckAfterPages: 3,
  heapMegabytes: 512,
  residentBytes: 1_280 * megabyte,
  wornResidentBytes: 768 * megabyte,
  wornVersions: 32,
  wornAgeMs: 6 * 3_600_000,
  leastAgeMs: 10_000,
};

/** Watches one process until it is stopped. */
export interface Watchdog {
  /** The process answered. */
  heard(): void;
  residentBytes(): number;
  stop(): void;
}

/** How often the process is asked for a sign of life, and its memory is read. */
const beatMs = 250;

async function readResident(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1_024;
}

/** What the watchdog asks, and tells; `verdict` may come more than once. */
export interface WatchdogEvents {
  /** Until then the process is busy with loading, and answers nothing. */
  isReady(): boolean;
  beat(): void;
  verdict(code: "render_stuck" | "render_memory" | "render_slow_start"): void;
}

/** Starts to watch a process. */
export function watch(
  pid: number,
  limits: RenderLimits,
  { isReady, beat, verdict }: WatchdogEvents,
): Watchdog {
  let resident = 0;
  // Counted in beats, not by the clock: when front itself was held up, the process may well have answered.
  let unanswered = 0;
  const timer = setInterval(() => {
    unanswered += 1;
    const silentMs = unanswered * beatMs;
    if (isReady()) {
      if (silentMs > limits.stuckAfterMs) verdict("render_stuck");
      beat();
    } else if (silentMs > limits.startWithinMs) verdict("render_slow_start");
    void readResident(pid).then((bytes) => {
      resident = bytes;
      if (bytes > limits.residentBytes) verdict("render_memory");
    });
  }, beatMs);
  return {
    heard: () => {
      unanswered = 0;
    },
    residentBytes: () => resident,
    stop: () => {
      clearInterval(timer);
    },
  };
}
