import { type CanaryGuard, canaryGuardSchema } from "@mullion/contracts";
import type { Command } from "commander";
import { resolveConnection } from "../connection.ts";
import { CliError } from "../errors.ts";
import type { Output } from "../output.ts";
import { createRolloutClient, type RolloutClient } from "../registry/rollouts.ts";
import { type ChannelOptions, type Register, withChannel } from "./register.ts";
import { parseNumber, parseTarget } from "./target.ts";

interface GuardOptions {
  readonly minimumLoads?: string;
  readonly errorPoints?: string;
  readonly slowerPercent?: string;
}

/** The guard of the trial that runs, or the usual one, with what the options say instead. */
async function guardFrom(
  client: RolloutClient,
  channel: string,
  { remote, version }: { remote: string; version: string },
  options: GuardOptions,
): Promise<CanaryGuard> {
  const { rollouts } = await client.list(channel);
  const running = rollouts.find((rollout) => rollout.remote === remote)?.canary;
  const guard = running?.version === version ? running.guard : canaryGuardSchema.parse({});
  const { minimumLoads, errorPoints, slowerPercent } = options;
  return {
    minimumLoads:
      minimumLoads === undefined
        ? guard.minimumLoads
        : parseNumber(minimumLoads, "--minimum-loads", { from: 5, to: 100_000 }),
    errorRatePoints:
      errorPoints === undefined
        ? guard.errorRatePoints
        : parseNumber(errorPoints, "--error-points", { from: 0.1, to: 100 }),
    slowerPercent:
      slowerPercent === undefined
        ? guard.slowerPercent
        : parseNumber(slowerPercent, "--slower-percent", { from: 5, to: 1_000 }),
  };
}

function addSet(canary: Command, output: () => Output): void {
  withChannel(canary.command("set", { isDefault: true }))
    .summary("try a version on some users, or change on how many (the default)")
    .description(
      "Shows a published version to a share of the users, always the same ones. The registry aborts it by itself when it fails, throws or is slower than the stable version.",
    )
    .argument("<remote@version>", "what to try")
    .argument("<percent>", "share of the users, 0 to 100")
    .option("--minimum-loads <n>", "how often it is shown before anything is concluded (50)")
    .option("--error-points <n>", "abort at so many percentage points more failures or errors (2)")
    .option("--slower-percent <n>", "abort when LCP, INP or load time is so many percent longer (25)")
    .action(async (target: string, share: string, options: ChannelOptions & GuardOptions) => {
      const { remote, version } = parseTarget(target);
      const percent = parseNumber(share.replace(/%$/, ""), "The share of the users", { from: 0, to: 100 });
      const client = createRolloutClient(resolveConnection(options));
      const guard = await guardFrom(client, options.channel, { remote, version }, options);
      const change = await client.setCanary(options.channel, remote, { version, percent, guard });
      output().result(change, [
        `✓ ${remote}@${version} is shown to ${String(percent)} % of the users of ${change.channel}`,
      ]);
    });
}

/** The version on trial. @throws {CliError} `refused` when there is none. */
async function versionOnTrial(client: RolloutClient, channel: string, remote: string): Promise<string> {
  const { rollouts } = await client.list(channel);
  const version = rollouts.find((rollout) => rollout.remote === remote)?.canary?.version;
  if (version !== undefined) return version;
  const others = rollouts.filter(({ canary }) => canary !== null).map((rollout) => rollout.remote);
  throw new CliError("refused", `No version of ${remote} is on trial in ${channel}.`, {
    hint: `On trial there: ${others.join(", ") || "nothing"}.`,
  });
}

function addAbort(canary: Command, output: () => Output): void {
  withChannel(canary.command("abort"))
    .summary("end a trial")
    .description("Gives everybody the stable version again, also those in the middle of a visit.")
    .argument("<remote>", "name of the remote")
    .option("--reason <text>", "why, for the history", "aborted with mullion canary abort")
    .action(async (remote: string, options: ChannelOptions & { reason: string }) => {
      const client = createRolloutClient(resolveConnection(options));
      const version = await versionOnTrial(client, options.channel, remote);
      const { reason } = options;
      const change = await client.abortCanary(options.channel, remote, { version, reason });
      output().result(change, [`✓ ${remote}@${version} is no longer on trial in ${change.channel}`]);
    });
}

export const registerCanary: Register = (program, output) => {
  const canary = program.command("canary").summary("try a version on some users");
  for (const add of [addSet, addAbort]) add(canary, output);
};
