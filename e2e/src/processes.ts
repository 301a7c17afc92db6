import { readFile } from "node:fs/promises";

/** Process ids of a process's children (Linux). */
export async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${String(pid)}/task/${String(pid)}/children`, "utf8");
  return text.trim().split(/\s+/).filter(Boolean).map(Number);
}

/** Environment a process was started with, and its command line, as one text. */
export async function startOf(pid: number): Promise<string> {
  const [environment, command] = await Promise.all(
    ["environ", "cmdline"].map(async (name) => readFile(`/proc/${String(pid)}/${name}`, "utf8")),
  );
  return `${environment ?? ""}\n${command ?? ""}`.replaceAll("\0", "\n");
}
