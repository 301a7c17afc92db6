import path from "node:path";
import type { Command } from "commander";
import { CliError } from "../errors.ts";
import type { Output } from "../output.ts";
import { createRemote } from "../project/create-remote.ts";
import { installDependencies } from "../project/install.ts";
import { findWorkspace } from "../project/workspace.ts";
import type { Register } from "./register.ts";

interface CreateOptions {
  readonly title?: string;
  readonly path?: string;
  readonly install: boolean;
}

async function act(name: string, options: CreateOptions, output: Output): Promise<void> {
  const workspace = findWorkspace(process.cwd());
  const { folder, manifest, files } = await createRemote(workspace, { name, ...options });
  if (options.install) {
    output.progress("installing what it depends on…");
    await installDependencies(workspace).catch((error: unknown) => {
      if (!(error instanceof CliError)) throw error;
      throw new CliError("install_failed", `${error.message} The remote is in ${folder} all the same.`, {
        hint: `Run pnpm install yourself when this is put right:\n${error.hint ?? ""}`,
        cause: error,
      });
    });
  }
  output.result({ folder, manifest, files, installed: options.install }, [
    `✓ ${path.relative(workspace, folder)} with ${String(files.length)} files`,
    `  see it in the shell   pnpm mullion dev ${manifest.name}`,
    `  test it               pnpm --filter @mullion/remote-${manifest.name} test`,
    `  put it live           pnpm --filter @mullion/remote-${manifest.name} build, then pnpm mullion deploy apps/remote-${manifest.name}`,
  ]);
}

export const registerCreate: Register = (program, output) => {
  const create: Command = program.command("create").summary("start something new");
  create
    .command("remote")
    .summary("a new remote in this repository")
    .description("Makes apps/remote-<name>: a page in the shell, its own page, a test, what declares it.")
    .argument("<name>", "lower-case letters, digits and dashes")
    .option("--title <text>", "what people read; made from the name when not given")
    .option("--path <path>", "where its page is in the shell; /<name> when not given")
    .option("--no-install", "do not run pnpm install")
    .action(async (name: string, options: CreateOptions) => {
      await act(name, options, output());
    });
};
