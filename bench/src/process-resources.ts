import { readdir, readFile } from "node:fs/promises";

/** What a process holds on to (Linux). */
export interface ProcessResources {
  readonly residentBytes: number;
  /** Open files, sockets and pipes. */
  readonly descriptors: number;
}

/** Resources of a process now. */
export async function resourcesOf(pid: number): Promise<ProcessResources> {
  const [status, descriptors] = await Promise.all([
    readFile(`/proc/${pid}/status`, "utf8"),
    readdir(`/proc/${pid}/fd`),
  ]);
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
  return { residentBytes: Number(kilobytes) * 1_024, descriptors: descriptors.length };
}

/** Process ids of a process's children. */
export async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text.trim().split(/\s+/).filter(Boolean).map(Number);
}
