import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { toolEnvironment } from "./env.ts";
import { stateRoot } from "./places.ts";
import { runCommand } from "./run-command.ts";

/** Debian packages unpacked into a folder. `libraryPath` is for LD_LIBRARY_PATH. */
export interface UnpackedPackages {
  readonly folder: string;
  readonly libraryPath: string;
}

/** Downloads packages of this machine's Debian and unpacks them under `.mullion/cache/<name>`, once. Needs no root. */
export async function unpackDebianPackages(
  name: string,
  packages: readonly string[],
): Promise<UnpackedPackages> {
  const folder = join(stateRoot, "cache", name);
  if (!existsSync(folder)) {
    await mkdir(join(stateRoot, "cache"), { recursive: true });
    const work = await mkdtemp(`${folder}-`);
    try {
      await downloadAndUnpack(work, packages);
      await rename(join(work, "root"), folder).catch((error: unknown) => {
        // Another process was faster.
        if (!existsSync(folder)) throw error;
      });
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
  const libraries = ["usr/lib", "lib"].map((path) => join(folder, path, "x86_64-linux-gnu"));
  return { folder, libraryPath: libraries.join(":") };
}

async function downloadAndUnpack(work: string, packages: readonly string[]): Promise<void> {
  const downloads = join(work, "deb");
  for (const folder of ["lists/partial", "cache/archives/partial", "deb", "root"]) {
    await mkdir(join(work, folder), { recursive: true });
  }
  // Lists, cache and locks of its own, so that apt neither needs root nor touches the machine's.
  const options = [
    `Dir::State::lists=${join(work, "lists")}`,
    `Dir::Cache=${join(work, "cache")}`,
    "Debug::NoLocking=1",
    "APT::Sandbox::User=",
  ].flatMap((option) => ["-o", option]);
  const run = { cwd: downloads, env: toolEnvironment(), timeoutMs: 180_000 };
  await runCommand("apt-get", ["update", "-qq", ...options], run);
  await runCommand("apt-get", ["download", "-qq", ...options, ...packages], run);
  for (const file of await readdir(downloads)) {
    await runCommand("dpkg-deb", ["-x", join(downloads, file), join(work, "root")], run);
  }
}
