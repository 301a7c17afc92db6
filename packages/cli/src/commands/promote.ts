import { versionSchema } from "@mullion/contracts";
import { resolveConnection } from "../connection.ts";
import { CliError } from "../errors.ts";
import { createRegistryClient } from "../registry/client.ts";
import { type ChannelOptions, type Register, withChannel } from "./register.ts";

function parseTarget(target: string): { remote: string; version: string } {
  const [remote = "", version = "", ...rest] = target.split("@");
  if (remote === "" || rest.length > 0 || !versionSchema.safeParse(version).success) {
    throw new CliError("usage", `${target} is not <remote>@<version>, such as billing@1.2.0-3f9c2a1b.`, {
      hint: "mullion versions <remote> lists what is published.",
    });
  }
  return { remote, version };
}

export const registerPromote: Register = (program, output) => {
  withChannel(program.command("promote"))
    .summary("make a published version live")
    .description("Makes a published version the live one of a channel.")
    .argument("<remote@version>", "what to make live")
    .action(async (target: string, options: ChannelOptions) => {
      const { remote, version } = parseTarget(target);
      const client = createRegistryClient(resolveConnection(options));
      const change = await client.promote(options.channel, remote, version);
      const before =
        change.previousVersion === version
          ? "it was already"
          : `before: ${change.previousVersion ?? "nothing"}`;
      output().result(change, [`✓ ${remote}@${version} is live in ${change.channel} (${before})`]);
    });
};
