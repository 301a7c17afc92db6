import Fastify from "fastify";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RenderChild, RenderEnd } from "./render-child.ts";
import { type RenderSuccession, startSuccession } from "./render-succession.ts";

/** A render process that does what the test says. */
interface ScriptedChild extends RenderChild {
  becomeReady(): void;
  end(code: RenderEnd): void;
}

function scriptChild(worn: () => string | null): ScriptedChild {
  const ready = Promise.withResolvers<undefined>();
  const ended = Promise.withResolvers<RenderEnd>();
  return {
    ...{ pid: 1, ready: ready.promise, ended: ended.promise, worn },
    isGone: () => false,
    underWay: () => new Set(),
    versions: () => [],
    draw: async () => undefined,
    retire: async () => undefined,
    kill: (reason) => {
      ended.resolve(reason);
    },
    becomeReady: () => {
      ready.resolve(undefined);
    },
    end: (code) => {
      ended.resolve(code);
    },
  };
}

describe("render processes after each other", () => {
  let succession: RenderSuccession;
  let startedAt: number[];
  let latest: ScriptedChild;
  let begin: (child: ScriptedChild) => void;
  let worn: string | null;

  beforeEach(() => {
    vi.useFakeTimers();
    startedAt = [];
    worn = null;
    begin = () => undefined;
    const spawn = (): RenderChild => {
      latest = scriptChild(() => worn);
      startedAt.push(Date.now());
      begin(latest);
      return latest;
    };
    succession = startSuccession({ spawn, onEnd: () => undefined, readyTimeoutMs: 20 }, Fastify().log);
  });
  afterEach(async () => {
    await succession.close();
    vi.useRealTimers();
  });
  const dieAtStart = (child: ScriptedChild): void => {
    child.end("render_crashed");
  };
  const gaps = (): number[] => startedAt.slice(1).map((time, index) => time - (startedAt[index] ?? 0));

  it("one that dies at start is started again later each time, at most every ten seconds", async () => {
    begin = dieAtStart;
    dieAtStart(latest);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(gaps()).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  });

  it("one that was ready is followed at once, whatever happened before", async () => {
    begin = dieAtStart;
    dieAtStart(latest);
    await vi.advanceTimersByTimeAsync(10_000);
    begin = () => undefined;
    await vi.advanceTimersByTimeAsync(10_000);
    latest.becomeReady();
    await vi.advanceTimersByTimeAsync(0);
    expect(succession.current()).toBe(latest);
    const endedAt = Date.now();
    latest.end("render_stuck");
    await vi.advanceTimersByTimeAsync(250);
    expect(startedAt.at(-1)).toBe(endedAt + 250);
  });

  it("while a worn one draws on, its followers that die at start come no faster", async () => {
    latest.becomeReady();
    await vi.advanceTimersByTimeAsync(0);
    const first = latest;
    begin = dieAtStart;
    worn = "age";
    await vi.advanceTimersByTimeAsync(30_000);
    expect(succession.current()).toBe(first);
    expect(startedAt.length).toBeGreaterThan(4);
    expect(startedAt.length).toBeLessThan(9);
  });
});
