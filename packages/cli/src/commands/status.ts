import { resolveConnection } from "../connection.ts";
import { table } from "../output.ts";
import { createRegistryClient } from "../registry/client.ts";
import { type ChannelOptions, type Register, withChannel } from "./register.ts";

export const registerStatus: Register = (program, output) => {
  withChannel(program.command("status"))
    .summary("what is live")
    .description("Lists the live version of every remote in a channel.")
    .action(async (options: ChannelOptions) => {
      const client = createRegistryClient(resolveConnection(options));
      const { remotes } = await client.listRemotes(options.channel);
      const rows = remotes.map((remote) => [
        remote.name,
        remote.liveVersion,
        remote.artifact,
        remote.promotedAt,
        remote.promotedBy,
      ]);
      const lines =
        rows.length === 0
          ? [`Nothing is live in ${options.channel}. mullion deploy <dir> makes a remote live.`]
          : table(["REMOTE", "VERSION", "ARTIFACT", "SINCE", "BY"], rows);
      output().result({ channel: options.channel, remotes }, lines);
    });
};
