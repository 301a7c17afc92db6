import { join } from "node:path";
import { announceSkip } from "./announce-skip.ts";
import { unpackDebianPackages } from "./debian-packages.ts";
import { inheritedEnvironment } from "./env.ts";
import { runToEnd } from "./run-command.ts";

/** A Python that can import what was asked for, and the environment in which it can. */
export interface Python {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What a Python has to have. */
export interface PythonNeeds {
  /** Names the folder that packages are unpacked into. */
  readonly name: string;
  /** A statement that fails where something is missing. */
  readonly probe: string;
  /** Debian packages that bring it, with all that they need. */
  readonly packages: readonly string[];
  /** Which tests cannot run without it, e.g. `WITH AUTHLIB`. */
  readonly tests: string;
  /** How to install it. */
  readonly advice: string;
}

// Debian's own first: its packages are made for that one, and another on PATH may be newer than they can take.
const interpreters = ["/usr/bin/python3", "python3"];

async function firstThatWorks(
  probe: string,
  extra: Readonly<Record<string, string>>,
): Promise<Python | null> {
  const env = { ...inheritedEnvironment(), PYTHONDONTWRITEBYTECODE: "1", ...extra };
  for (const command of interpreters) {
    const run = runToEnd(command, ["-c", probe], { cwd: "/", env, timeoutMs: 20_000 });
    const works = await run.then(
      ({ code }) => code === 0,
      () => false,
    );
    if (works) return { command, env };
  }
  return null;
}

async function unpacked({ name, probe, packages }: PythonNeeds): Promise<Python | null> {
  const { folder, libraryPath } = await unpackDebianPackages(name, packages);
  const modules = join(folder, "usr/lib/python3/dist-packages");
  return firstThatWorks(probe, { PYTHONPATH: modules, LD_LIBRARY_PATH: libraryPath });
}

/**
 * Finds a Python: installed on this machine, else with Debian's packages unpacked into `.mullion` (needs no root). Null,
 * with a notice on standard error that nobody overlooks, where neither can be had.
 */
export async function findPython(needs: PythonNeeds): Promise<Python | null> {
  let reason = "no Python 3 here can import Debian's packages";
  try {
    const found = (await firstThatWorks(needs.probe, {})) ?? (await unpacked(needs));
    if (found !== null) return found;
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  announceSkip(needs.tests, needs.advice, reason);
  return null;
}
