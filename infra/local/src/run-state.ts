import { mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { killGroup } from "./child.ts";
import { LocalError } from "./errors.ts";
import type { Layout } from "./layout.ts";
import { identifyProcess, isRunning, type ProcessIdentity } from "./process-identity.ts";
import { writePrivately } from "./secrets.ts";

const identitySchema = z.object({
  pid: z.number().int().positive(),
  startedAt: z.string(),
  bootId: z.string(),
});

const runStateSchema = z.object({
  /** The process that keeps the others running. */
  supervisor: identitySchema,
  phase: z.enum(["starting", "ready"]),
  portBase: z.number().int(),
  children: z.record(z.string(), identitySchema),
});

/** Who runs a platform now, as its state file says. */
export type RunState = z.infer<typeof runStateSchema>;

function stateFile(layout: Layout): string {
  return join(layout.run, "platform.json");
}

/** State of the platform; undefined when none was left. Says nothing about whether it still runs: see `isUp`. */
export async function readRunState(layout: Layout): Promise<RunState | undefined> {
  const text = await readFile(stateFile(layout), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return runStateSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** True while the supervisor of that state runs. */
export async function isUp(state: RunState | undefined): Promise<boolean> {
  return state !== undefined && (await isRunning(state.supervisor));
}

/** The state file of a platform that this process runs. */
export interface OwnRunState {
  setPhase(phase: RunState["phase"]): Promise<void>;
  /** Pid of each process that runs now, by name. */
  setChildren(pids: Readonly<Record<string, number>>): Promise<void>;
  remove(): Promise<void>;
}

/** Takes the platform for this process. Throws `already_starting` when another process has it. */
export async function takeRunState(layout: Layout, portBase: number): Promise<OwnRunState> {
  const supervisor = await identifyProcess(process.pid);
  if (supervisor === undefined)
    throw new LocalError("command_failed", "/proc is needed to know processes by");
  const state: RunState = { supervisor, phase: "starting", portBase, children: {} };
  const file = stateFile(layout);
  await mkdir(layout.run, { recursive: true });
  const handle = await open(file, "wx", 0o600).catch(async () => {
    const other = await readRunState(layout);
    if (other !== undefined && (await isRunning(other.supervisor))) {
      const message = `The platform is run by process ${String(other.supervisor.pid)} already. Stop it with: npm run down`;
      throw new LocalError("already_starting", message);
    }
    if (other !== undefined) await endLeftovers(other);
    await rm(file, { force: true });
    return await open(file, "wx", 0o600);
  });
  await handle.writeFile(JSON.stringify(state));
  await handle.close();

  let writing = Promise.resolve();
  let removed = false;
  const save = async (change: Partial<RunState>): Promise<void> => {
    Object.assign(state, change);
    const text = JSON.stringify(state);
    // One after the other: two writers of the same file would leave the older state.
    writing = writing.then(() => (removed ? undefined : writePrivately(file, text)));
    await writing;
  };
  return {
    setPhase: (phase) => save({ phase }),
    async setChildren(pids) {
      const identities = await Promise.all(
        Object.entries(pids).map(async ([name, pid]) => [name, await identifyProcess(pid)] as const),
      );
      const known = identities.filter((entry): entry is [string, ProcessIdentity] => entry[1] !== undefined);
      await save({ children: Object.fromEntries(known) });
    },
    async remove() {
      removed = true;
      await writing;
      await rm(file, { force: true });
    },
  };
}

/** Ends what a supervisor that was killed has left. A pid that another process has by now is not touched. */
export async function endLeftovers(state: RunState): Promise<string[]> {
  const ended: string[] = [];
  for (const [name, identity] of Object.entries(state.children)) {
    if (!(await isRunning(identity))) continue;
    ended.push(name);
    process.kill(identity.pid, name === "postgres" ? "SIGINT" : "SIGTERM");
    if (!(await endsWithin(identity, 5_000))) killGroup(identity.pid);
  }
  return ended;
}

/** True when the process has ended before `timeoutMs` is over. */
export async function endsWithin(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (await isRunning(identity)) {
    if (performance.now() > deadline) return false;
    await delay(50);
  }
  return true;
}
