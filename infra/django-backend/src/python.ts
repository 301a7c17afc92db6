import { join } from "node:path";
import { inheritedEnvironment, runToEnd, unpackDebianPackages } from "@mullion/local";

/** A Python that can import Django, Django REST framework and simplejwt. */
export interface PythonWithDjango {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

// Debian's own first: its packages are made for that one, and another on PATH may be newer than they can take.
const interpreters = ["/usr/bin/python3", "python3"];
const probe = "import django, rest_framework, rest_framework_simplejwt.token_blacklist";

// What `apt-get install python3-djangorestframework-simplejwt` would bring, for Debian 12 and 13.
const packages = [
  "python3-django",
  "python3-djangorestframework",
  "python3-djangorestframework-simplejwt",
  "python3-jwt",
  "python3-asgiref",
  "python3-sqlparse",
  "python3-tz",
  "python3-typing-extensions",
];

async function firstThatWorks(extra: Readonly<Record<string, string>>): Promise<PythonWithDjango | null> {
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

async function unpacked(): Promise<PythonWithDjango | null> {
  const { folder } = await unpackDebianPackages("django", packages);
  return firstThatWorks({ PYTHONPATH: join(folder, "usr/lib/python3/dist-packages") });
}

/**
 * Finds Django: installed on this machine, else Debian's packages unpacked into `.mullion` (needs no root). Null, with
 * a notice on standard error that nobody overlooks, where neither can be had.
 */
export async function findPython(): Promise<PythonWithDjango | null> {
  let reason = "no Python 3 here can import Debian's packages";
  try {
    const found = (await firstThatWorks({})) ?? (await unpacked());
    if (found !== null) return found;
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  const line = "!".repeat(78);
  const advice = "apt-get install python3-djangorestframework-simplejwt";
  process.stderr.write(
    `\n${line}\nTESTS AGAINST DJANGO ARE SKIPPED: it cannot be had here.\n${advice}\n${reason}\n${line}\n\n`,
  );
  return null;
}
