import type { Command } from "commander";
import { packBuild } from "../artifact/pack.ts";
import { bytesText } from "./bytes-text.ts";
import type { Register } from "./register.ts";

export const registerPack: Register = (program: Command, output) => {
  program
    .command("pack")
    .summary("turn a production build into .artifact/")
    .description("Hashes every file of a remote's production build and writes .artifact/ with release.json.")
    .argument("[dir]", "folder of the remote", ".")
    .action(async (dir: string) => {
      const { folder, release } = await packBuild(dir);
      const bytes = release.files.reduce((sum, file) => sum + file.bytes, 0);
      const { remote, version, files } = release;
      output().result({ folder, remote, version, files: files.length, bytes }, [
        `✓ ${remote}@${version}: ${String(files.length)} files, ${bytesText(bytes)}, in ${folder}`,
      ]);
    });
};
