import { resolveConnection } from "../connection.ts";
import { createRegistryClient } from "../registry/client.ts";
import { createRolloutClient, lastRevisionOf } from "../registry/rollouts.ts";
import { type ChannelOptions, type Register, withChannel } from "./register.ts";
import { parseTarget } from "./target.ts";

export const registerPromote: Register = (program, output) => {
  withChannel(program.command("promote"))
    .summary("make a published version live")
    .description(
      "Makes a published version the one that everybody gets, and ends its trial if it was on one.",
    )
    .argument("<remote@version>", "what to make live")
    .option("--reason <text>", "why, for the history")
    .action(async (target: string, options: ChannelOptions & { reason?: string }) => {
      const { remote, version } = parseTarget(target);
      const connection = resolveConnection(options);
      const { channel, reason } = options;
      // What is live now is what this decides on, however often the request has to be sent.
      const after = lastRevisionOf(await createRolloutClient(connection).list(channel), remote);
      const promotion = { version, after, ...(reason === undefined ? {} : { reason }) };
      const change = await createRegistryClient(connection).promote(channel, remote, promotion);
      const before =
        change.previousVersion === version
          ? "it was already"
          : `before: ${change.previousVersion ?? "nothing"}`;
      output().result(change, [`✓ ${remote}@${version} is live in ${change.channel} (${before})`]);
    });
};
