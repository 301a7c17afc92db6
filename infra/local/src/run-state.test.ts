import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Layout, layoutOf } from "./layout.ts";
import { identifyProcess } from "./process-identity.ts";
import { endLeftovers, isUp, readRunState, takeRunState } from "./run-state.ts";

let home: string;
let layout: Layout;
const sleepers: ChildProcess[] = [];

async function startSleeper(): Promise<number> {
  const sleeper = spawn("sleep", ["1000"], { detached: true, stdio: "ignore" });
  sleepers.push(sleeper);
  await once(sleeper, "spawn");
  return sleeper.pid ?? 0;
}

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "mullion-run-state-"));
  layout = layoutOf(home);
});

afterEach(async () => {
  for (const sleeper of sleepers.splice(0)) sleeper.kill("SIGKILL");
  await rm(home, { recursive: true, force: true });
});

describe("run state", () => {
  it("belongs to one process at a time, and is free again when that one gives it back", async () => {
    const own = await takeRunState(layout, 3000);
    expect(await isUp(await readRunState(layout))).toBe(true);
    await expect(takeRunState(layout, 3000)).rejects.toMatchObject({ code: "already_starting" });
    await own.remove();
    expect(await readRunState(layout)).toBeUndefined();
    await (await takeRunState(layout, 3000)).remove();
  });

  it("is taken over from a supervisor that was killed, and what that one left running is ended", async () => {
    const own = await takeRunState(layout, 3000);
    const pid = await startSleeper();
    await own.setChildren({ gateway: pid });
    const file = join(layout.run, "platform.json");
    const state = JSON.parse(await readFile(file, "utf8")) as { supervisor: { startedAt: string } };
    state.supervisor.startedAt = "1";
    await writeFile(file, JSON.stringify(state));

    expect(await isUp(await readRunState(layout))).toBe(false);
    const next = await takeRunState(layout, 3000);
    expect(await identifyProcess(pid)).toBeUndefined();
    await next.remove();
  });

  it("never ends a process that only has the pid of a recorded one", async () => {
    const pid = await startSleeper();
    const identity = await identifyProcess(pid);
    if (identity === undefined) throw new Error("the sleeper does not run");
    const recycled = { ...identity, startedAt: String(Number(identity.startedAt) - 1) };
    const state = {
      supervisor: recycled,
      phase: "ready" as const,
      portBase: 3000,
      children: { gateway: recycled },
    };

    expect(await endLeftovers(state)).toEqual([]);
    expect(await identifyProcess(pid)).toEqual(identity);
    expect(await endLeftovers({ ...state, children: { gateway: identity } })).toEqual(["gateway"]);
    expect(await identifyProcess(pid)).toBeUndefined();
  });
});
