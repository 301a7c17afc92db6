import type { RolloutList } from "@mullion/contracts";
import { resolveConnection } from "../connection.ts";
import { CliError } from "../errors.ts";
import { createRegistryClient } from "../registry/client.ts";
import { createRolloutClient } from "../registry/rollouts.ts";
import { type ChannelOptions, type Register, withChannel } from "./register.ts";

type Rollout = RolloutList["rollouts"][number];

function find({ channel, rollouts }: RolloutList, remote: string): Rollout {
  const rollout = rollouts.find((one) => one.remote === remote);
  if (rollout !== undefined) return rollout;
  const names = rollouts.map((one) => one.remote).join(", ");
  throw new CliError("refused", `${remote} is not live in ${channel}.`, {
    hint: `Live there: ${names === "" ? "nothing" : names}.`,
  });
}

export const registerRollback: Register = (program, output) => {
  withChannel(program.command("rollback"))
    .summary("end a trial, or return to the version promoted before")
    .description(
      "Ends the trial of a version where one is on trial. Else makes live again what was promoted before. Repeat it to go further back.",
    )
    .argument("<remote>", "name of the remote")
    .option("--reason <text>", "why, for the history")
    .action(async (remote: string, options: ChannelOptions & { reason?: string }) => {
      const connection = resolveConnection(options);
      const { channel, reason } = options;
      const rollouts = createRolloutClient(connection);
      const { stable, canary } = find(await rollouts.list(channel), remote);
      if (canary !== null) {
        const { version } = canary;
        const why = reason ?? "ended with mullion rollback";
        const change = await rollouts.abortCanary(channel, remote, { version, reason: why });
        output().result(change, [
          `✓ ${remote} in ${channel}: the trial of ${version} is over, everybody gets ${stable.version}`,
        ]);
        return;
      }
      const change = await createRegistryClient(connection).rollBack(channel, remote, stable.version, reason);
      output().result(change, [`✓ ${remote} in ${channel}: ${stable.version} → ${change.version}`]);
    });
};
