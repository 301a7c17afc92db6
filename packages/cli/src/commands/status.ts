import type { PaneHealth, RemoteList, RolloutList } from "@mullion/contracts";
import { resolveConnection } from "../connection.ts";
import { table } from "../output.ts";
import { createRegistryClient } from "../registry/client.ts";
import { createRolloutClient } from "../registry/rollouts.ts";
import { type ChannelOptions, type Register, withChannel } from "./register.ts";

type Rollout = RolloutList["rollouts"][number];

const share = (hits: number, of: number): string => (of === 0 ? "-" : `${((100 * hits) / of).toFixed(1)} %`);

/** Shown, failed, threw and LCP; dashes where nothing was seen. */
function healthCells(health: PaneHealth | undefined): string[] {
  if (health === undefined) return ["-", "-", "-", "-"];
  const { shown, failed, errors, vitals } = health;
  return [
    String(shown),
    share(failed, shown + failed),
    share(errors, shown),
    vitals.LCP === null ? "-" : `${(vitals.LCP / 1000).toFixed(1)} s`,
  ];
}

function rowsOf(
  { remote, stable, canary }: Rollout,
  remotes: RemoteList["remotes"],
  panes: readonly PaneHealth[],
): string[][] {
  const health = (version: string): string[] =>
    healthCells(panes.find((pane) => pane.remote === remote && pane.version === version));
  const artifact = remotes.find(({ name }) => name === remote)?.artifact ?? "-";
  const percent = canary?.percent ?? 0;
  const users = (value: number): string => `${String(Number(value.toFixed(2)))} %`;
  const rows = [
    [
      remote,
      stable.version,
      artifact,
      users(100 - percent),
      ...health(stable.version),
      stable.since,
      stable.by,
    ],
  ];
  if (canary !== null) {
    rows.push(["", canary.version, "-", users(percent), ...health(canary.version), canary.since, canary.by]);
  }
  return rows;
}

const head = ["REMOTE", "VERSION", "ARTIFACT", "USERS", "SHOWN", "FAILED", "THREW", "LCP", "SINCE", "BY"];

export const registerStatus: Register = (program, output) => {
  withChannel(program.command("status"))
    .summary("what is live and on trial, and how it fares")
    .description(
      "Lists the stable version of every remote in a channel, the one on trial beside it, and how both fared within the last hour.",
    )
    .action(async (options: ChannelOptions) => {
      const connection = resolveConnection(options);
      const rolloutClient = createRolloutClient(connection);
      const { channel } = options;
      const [{ revision, rollouts }, { remotes }, health] = await Promise.all([
        rolloutClient.list(channel),
        createRegistryClient(connection).listRemotes(channel),
        rolloutClient.health(channel),
      ]);
      if (health === null) output().progress("The registry does not know just now how they fare.");
      const rows = rollouts.flatMap((rollout) => rowsOf(rollout, remotes, health?.panes ?? []));
      const lines =
        rows.length === 0
          ? [`Nothing is live in ${channel}. mullion deploy <dir> makes a remote live.`]
          : table(head, rows);
      output().result({ channel, revision, rollouts, remotes, panes: health?.panes ?? null }, lines);
    });
};
