import { Command, CommanderError } from "commander";
import { registerCanary } from "./commands/canary.ts";
import { registerCreate } from "./commands/create.ts";
import { registerDeploy } from "./commands/deploy.ts";
import { registerDev } from "./commands/dev.ts";
import { registerKeys } from "./commands/keys.ts";
import { registerLogin } from "./commands/login.ts";
import { registerLogout } from "./commands/logout.ts";
import { registerOverride } from "./commands/override.ts";
import { registerPack } from "./commands/pack.ts";
import { registerPromote } from "./commands/promote.ts";
import { registerPublishers } from "./commands/publishers.ts";
import type { Register } from "./commands/register.ts";
import { registerRollback } from "./commands/rollback.ts";
import { registerStatus } from "./commands/status.ts";
import { registerVersions } from "./commands/versions.ts";
import { registerWhoami } from "./commands/whoami.ts";
import { CliError } from "./errors.ts";
import { createOutput, type Output } from "./output.ts";

const commands: readonly Register[] = [
  registerLogin,
  registerLogout,
  registerWhoami,
  registerCreate,
  registerDev,
  registerPack,
  registerDeploy,
  registerPromote,
  registerCanary,
  registerRollback,
  registerStatus,
  registerVersions,
  registerOverride,
  registerKeys,
  registerPublishers,
];

const footer = `
Acts for the client in MULLION_CLIENT_ID and MULLION_CLIENT_SECRET, else for whoever signed in with mullion login.
Exit codes: 0 done, 1 refused by the registry, 2 bad usage or input, 3 unreachable or not let in,
4 a fault of mullion itself. Every command takes --json: one JSON document on standard output.`;

/** Runs one command line (without node and script) and gives the exit code. Never throws. */
export async function run(argv: readonly string[]): Promise<0 | CliError["exitCode"]> {
  const isForScript = argv.includes("--json");
  const output = (): Output => createOutput(isForScript);
  const program = new Command("mullion")
    .description("Develops, publishes and releases remotes of a Mullion platform.")
    .exitOverride()
    .configureOutput(isForScript ? { writeErr: () => undefined } : {})
    .showHelpAfterError("(mullion --help lists the commands)")
    .addHelpText("after", footer);
  for (const register of commands) register(program, output);
  for (const command of program.commands.flatMap((command) => [command, ...command.commands])) {
    if (command.commands.length === 0) command.option("--json", "one JSON document on standard output");
  }
  try {
    await program.parseAsync(argv, { from: "user" });
    return 0;
  } catch (error) {
    if (!(error instanceof CommanderError)) return output().failure(error);
    if (error.exitCode === 0) return 0;
    // To people Commander has said it already.
    return isForScript ? output().failure(new CliError("usage", error.message.replace(/^error: /, ""))) : 2;
  }
}
