import { resolveConnection } from "../connection.ts";
import { CliError } from "../errors.ts";
import { createRegistryClient } from "../registry/client.ts";
import { type ChannelOptions, type Register, withChannel } from "./register.ts";

export const registerRollback: Register = (program, output) => {
  withChannel(program.command("rollback"))
    .summary("return to the version promoted before")
    .description("Makes live again what was promoted before. Repeat it to go further back.")
    .argument("<remote>", "name of the remote")
    .action(async (remote: string, options: ChannelOptions) => {
      const client = createRegistryClient(resolveConnection(options));
      const { releases } = await client.readChannel(options.channel);
      const live = releases.find((release) => release.remote === remote);
      if (live === undefined) {
        const names = releases.map((release) => release.remote).join(", ");
        throw new CliError("refused", `${remote} is not live in ${options.channel}.`, {
          hint: `Live there: ${names === "" ? "nothing" : names}.`,
        });
      }
      const change = await client.rollBack(options.channel, remote, live.version);
      output().result(change, [`✓ ${remote} in ${change.channel}: ${live.version} → ${change.version}`]);
    });
};
