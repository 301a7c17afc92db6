import { readFile } from "node:fs/promises";

// USER_HZ, which is 100 on every Linux that matters.
const ticksPerSecond = 100;

/** CPU time that a process has used so far, all its threads, in seconds. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
