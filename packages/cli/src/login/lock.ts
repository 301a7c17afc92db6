import { open, readFile, rm, stat } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { CliError } from "../errors.ts";

/** Whoever holds it longer was killed: what is done under it takes a request or two. */
const staleAfterMs = 30_000;
const waitMs = 45_000;
const pollMs = 25;

async function tryToTake(file: string): Promise<boolean> {
  try {
    const handle = await open(file, "wx", 0o600);
    await handle.writeFile(String(process.pid));
    await handle.close();
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** True when whoever took the lock cannot give it back any more. */
async function isLeftOver(file: string): Promise<boolean> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(file, "utf8"), stat(file)]);
    // Empty between its creation and the write; a home folder may be shared by machines, hence the age as well.
    const pid = Number(text);
    return Date.now() - mtimeMs > staleAfterMs || (text !== "" && Number.isInteger(pid) && !isAlive(pid));
  } catch {
    return false;
  }
}

/**
 * Runs `work` while no other process of this machine runs what takes the same lock. A lock that a killed process left is
 * taken over. Should two take over at once, both run: for a refresh identity repeats its answer (ADR 11), so none is lost.
 * @throws {CliError} `internal` when another process keeps it.
 */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + waitMs;
  while (!(await tryToTake(file))) {
    if (await isLeftOver(file)) await rm(file, { force: true });
    else if (Date.now() > deadline) {
      throw new CliError("internal", `Another process keeps ${file}.`, { hint: "Remove it if none runs." });
    } else await delay(pollMs);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}
