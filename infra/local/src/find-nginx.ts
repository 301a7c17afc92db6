import { join } from "node:path";
import { announceSkip } from "./announce-skip.ts";
import { unpackDebianPackages } from "./debian-packages.ts";
import { inheritedEnvironment } from "./env.ts";
import { runToEnd } from "./run-command.ts";

/** An nginx that starts here. */
export interface Nginx {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

// nginx and what it is linked to, for Debian 12 and 13.
const packages = ["nginx", "libpcre2-8-0", "zlib1g"];

async function starts(nginx: Nginx): Promise<boolean> {
  const run = runToEnd(nginx.command, ["-v"], { cwd: "/", env: nginx.env, timeoutMs: 20_000 });
  return run.then(
    ({ code }) => code === 0,
    () => false,
  );
}

/** Finds nginx: on PATH, else Debian's, unpacked into `.mullion` (needs no root). Null, with a notice, where neither is. */
export async function findNginx(): Promise<Nginx | null> {
  let reason = "Debian's nginx does not start here";
  try {
    const installed = { command: "nginx", env: inheritedEnvironment() };
    if (await starts(installed)) return installed;
    const { folder, libraryPath } = await unpackDebianPackages("nginx", packages);
    const env = { ...inheritedEnvironment(), LD_LIBRARY_PATH: libraryPath };
    const unpacked = { command: join(folder, "usr/sbin/nginx"), env };
    if (await starts(unpacked)) return unpacked;
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  announceSkip("WITH NGINX", "apt-get install nginx", reason);
  return null;
}
