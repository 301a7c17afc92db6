import { readFile } from "node:fs/promises";

/** A process that cannot be mistaken for a later one with the same pid. `startedAt` is the kernel's, in clock ticks since boot. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startedAt: string;
  readonly bootId: string;
}

/** Identity of a running process; undefined when there is none with that pid. */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  try {
    const stat = await readFile(`/proc/${String(pid)}/stat`, "utf8");
    const bootId = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    // The second field is the command in parentheses and may itself hold spaces; state is the first after it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, startedAt] = [fields[0], fields[19]];
    return startedAt === undefined || state === "Z" ? undefined : { pid, startedAt, bootId };
  } catch {
    return undefined;
  }
}

/** True while exactly this process runs. */
export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  const now = await identifyProcess(identity.pid);
  return now?.startedAt === identity.startedAt && now.bootId === identity.bootId;
}
