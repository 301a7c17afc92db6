import { join } from "node:path";
import { inheritedEnvironment, runToEnd, unpackDebianPackages } from "@mullion/local";
import { announceSkip } from "./announce-skip.ts";

/** A Python that can import Authlib and requests. */
export interface PythonWithAuthlib {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

// Debian's own first: its packages are made for that one.
const interpreters = ["/usr/bin/python3", "python3"];
const probe = "import authlib.integrations.requests_client, authlib.jose";

// What `apt-get install python3-authlib python3-requests` would bring, for Debian 12 and 13.
const packages = [
  ...["python3-authlib", "python3-cryptography", "python3-cffi-backend"],
  ...["python3-requests", "python3-urllib3", "python3-certifi", "python3-chardet", "python3-idna"],
];

async function firstThatWorks(extra: Readonly<Record<string, string>>): Promise<PythonWithAuthlib | null> {
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

async function unpacked(): Promise<PythonWithAuthlib | null> {
  const { folder, libraryPath } = await unpackDebianPackages("authlib", packages);
  const modules = join(folder, "usr/lib/python3/dist-packages");
  return firstThatWorks({ PYTHONPATH: modules, LD_LIBRARY_PATH: libraryPath });
}

/**
 * Finds Authlib: installed on this machine, else Debian's packages unpacked into `.mullion` (needs no root). Null, with a
 * notice on standard error that nobody overlooks, where neither can be had.
 */
export async function findPython(): Promise<PythonWithAuthlib | null> {
  let reason = "no Python 3 here can import Debian's packages";
  try {
    const found = (await firstThatWorks({})) ?? (await unpacked());
    if (found !== null) return found;
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  announceSkip("WITH AUTHLIB", "apt-get install python3-authlib python3-requests", reason);
  return null;
}
