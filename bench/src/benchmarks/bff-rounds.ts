import { type LoadResult, load } from "../load.ts";
import { cpuSeconds } from "../process-cpu.ts";
import type { Contender, Contenders } from "./bff-contenders.ts";

/** A way to the API by its name in the metrics. */
export type ContenderName = Exclude<keyof Contenders, "stop">;

/** Load of one kind on one contender. */
export interface Burst {
  readonly connections: number;
  readonly durationMs: number;
  readonly requestsPerSecond?: number;
}

/** What a burst showed; `requestsPerCpuSecond` of the contender's process alone. */
export interface BurstResult extends LoadResult {
  readonly requestsPerCpuSecond: number;
}

/** Results of one round by contender. */
export type Round = Readonly<Record<ContenderName, BurstResult>>;

async function runBurst(contender: Contender, burst: Burst): Promise<BurstResult> {
  const before = await cpuSeconds(contender.pid());
  const result = await load({ ...contender, ...burst });
  const used = (await cpuSeconds(contender.pid())) - before;
  return { ...result, requestsPerCpuSecond: result.requests / used };
}

/** Every contender in turn, again and again, each time starting with another one: what else the machine does falls on all. */
export async function runRounds(
  contenders: Contenders,
  names: readonly ContenderName[],
  burst: Burst,
  rounds: number,
): Promise<Round[]> {
  const results: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const found: Partial<Record<ContenderName, BurstResult>> = {};
    for (const at of names.keys()) {
      const name = names[(at + round) % names.length] ?? "direct";
      found[name] = await runBurst(contenders[name], burst);
    }
    results.push(found as Round);
  }
  return results;
}
