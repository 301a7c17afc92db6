import type { Benchmark } from "../benchmark.ts";
import { createMetric, type Metric, median, type Target } from "../metrics.ts";
import { type Contenders, startContenders } from "./bff-contenders.ts";
import { type Burst, type ContenderName, type Round, runRounds } from "./bff-rounds.ts";
import { measureStreams } from "./bff-streams.ts";

const rounds = 5;
const proxies: readonly ContenderName[] = ["passThrough", "bff", "apiRoute"];
const timed: readonly ContenderName[] = ["direct", "checkedPassThrough", ...proxies];

/** What the BFF costs, against the least a proxy can cost and against what NextAuth's users have without one. */
export const bff: Benchmark = {
  title: "GET of 1 KB through the BFF, a bare undici pass-through, a Next.js API route with getServerSession",
  async run(say) {
    const contenders = await startContenders(say);
    try {
      say("  warming up");
      await runRounds(contenders, timed, { connections: 32, durationMs: 3_000 }, 2);
      return [
        ...(await throughput(contenders, 16, say)),
        ...(await throughput(contenders, 64, say)),
        ...(await latency(contenders, "single", { connections: 1, durationMs: 2_000 }, say)),
        ...(await latency(
          contenders,
          "moderate",
          { connections: 16, durationMs: 3_000, requestsPerSecond: 400 },
          say,
        )),
        ...(await measureStreams(contenders)),
      ];
    } finally {
      await contenders.stop();
    }
  },
};

/** Median over the rounds of what `pick` makes of one round, so that ratios and differences are of neighbours in time. */
function metric(
  results: readonly Round[],
  id: string,
  unit: string,
  pick: (round: Round) => number,
  target?: Target,
): Metric {
  return createMetric(id, median(results.map(pick)), unit, target);
}

/** Requests per CPU second of the process, with as many connections as it can keep busy. */
async function throughput(
  contenders: Contenders,
  connections: number,
  say: (line: string) => void,
): Promise<Metric[]> {
  const results = await runRounds(contenders, proxies, { connections, durationMs: 3_000 }, rounds);
  say(`  ${connections} connections: measured`);
  const suffix = `.${connections}`;
  return [
    ...proxies.flatMap((name) => [
      metric(
        results,
        `${name}.per-cpu-second${suffix}`,
        "requests",
        (round) => round[name].requestsPerCpuSecond,
      ),
      metric(results, `${name}.throughput${suffix}`, "requests/s", (round) => round[name].requestsPerSecond),
    ]),
    metric(
      results,
      `bff.of-passThrough${suffix}`,
      "x",
      ({ bff: own, passThrough }) => own.requestsPerCpuSecond / passThrough.requestsPerCpuSecond,
      { atLeast: 0.5 },
    ),
    metric(
      results,
      `bff.of-apiRoute${suffix}`,
      "x",
      ({ bff: own, apiRoute }) => own.requestsPerCpuSecond / apiRoute.requestsPerCpuSecond,
      { atLeast: 5 },
    ),
  ];
}

/** What each contender adds to a call straight to the API. */
async function latency(
  contenders: Contenders,
  name: string,
  burst: Burst,
  say: (line: string) => void,
): Promise<Metric[]> {
  const results = await runRounds(contenders, timed, burst, rounds);
  say(`  latency, ${name}: measured`);
  const added = (contender: ContenderName, of: "p50" | "p99", target?: Target): Metric =>
    metric(
      results,
      `${contender}.added.${of}.${name}`,
      "ms",
      (round) => round[contender][of] - round.direct[of],
      target,
    );
  return [
    metric(results, `direct.p50.${name}`, "ms", ({ direct }) => direct.p50),
    metric(results, `direct.p99.${name}`, "ms", ({ direct }) => direct.p99),
    added("passThrough", "p50"),
    added("passThrough", "p99"),
    added("checkedPassThrough", "p50"),
    added("checkedPassThrough", "p99"),
    added("bff", "p50", { atMost: 0.2 }),
    added("bff", "p99", { atMost: 2 }),
    added("apiRoute", "p50"),
    added("apiRoute", "p99"),
    ...(["passThrough", "checkedPassThrough"] as const).map((least) =>
      metric(results, `bff.over-${least}.p50.${name}`, "ms", (round) => round.bff.p50 - round[least].p50),
    ),
  ];
}
