import { resolve } from "node:path";
import { type Platform, startPlatform } from "@mullion/local";
import type { Benchmark } from "../benchmark.ts";
import { type LoadResult, load } from "../load.ts";
import { createMetric, type Metric, median } from "../metrics.ts";
import { cpuSeconds } from "../process-cpu.ts";
import { accessTokenOf } from "../sign-in.ts";

const path = "/profile/me";
const rounds = 3;
const unlimited = "1000000000";

interface Round {
  readonly direct: LoadResult;
  readonly gateway: LoadResult;
  readonly gatewayCpuMicroseconds: number;
}

/** What the gateway adds to a call, against the same calls straight to the service in the same run. */
export const gateway: Benchmark = {
  title: "calls of GET /profile/me through the gateway against straight to service-profile",
  async run(say) {
    const platform = await startPlatform({
      portBase: 23_000,
      dataDir: resolve(import.meta.dirname, "../../../.mullion/bench"),
      build: false,
      print: say,
      overrides: {
        gateway: { RATE_LIMIT_PER_SUBJECT: unlimited, LOG_LEVEL: "warn" },
        "service-profile": { LOG_LEVEL: "warn" },
      },
    });
    try {
      return await measure(platform, say);
    } finally {
      await platform.stop();
    }
  },
};

async function measure(platform: Platform, say: (line: string) => void): Promise<Metric[]> {
  const account = platform.accounts[0];
  if (account === undefined) throw new Error("the platform has no demo account");
  const token = await accessTokenOf(platform, account, "profile:read");
  const headers = { authorization: `Bearer ${token}`, accept: "application/json" };
  const burst = (part: "gateway" | "service-profile", connections: number, durationMs: number) =>
    load({ origin: platform.url(part), path, headers, connections, durationMs });

  say("  warming up");
  for (const part of ["service-profile", "gateway"] as const) await burst(part, 8, 3_000);

  const single = await inRounds(platform, (part) => burst(part, 1, 3_000), say);
  const many = await inRounds(platform, (part) => burst(part, 16, 4_000), say);
  const middle = (rows: readonly Round[], pick: (round: Round) => number): number => median(rows.map(pick));
  return [
    createMetric(
      "direct.p50",
      middle(single, (round) => round.direct.p50),
      "ms",
    ),
    createMetric(
      "gateway.p50",
      middle(single, (round) => round.gateway.p50),
      "ms",
    ),
    createMetric(
      "gateway.added.p50",
      middle(single, (round) => round.gateway.p50 - round.direct.p50),
      "ms",
    ),
    createMetric(
      "gateway.added.p99",
      middle(single, (round) => round.gateway.p99 - round.direct.p99),
      "ms",
    ),
    createMetric(
      "direct.throughput",
      middle(many, (round) => round.direct.requestsPerSecond),
      "requests/s",
    ),
    createMetric(
      "gateway.throughput",
      middle(many, (round) => round.gateway.requestsPerSecond),
      "requests/s",
    ),
    createMetric(
      "gateway.cpu",
      middle(many, (round) => round.gatewayCpuMicroseconds),
      "µs/request",
    ),
  ];
}

/** Measures both ways in turn, so that what else the machine does falls on both. */
async function inRounds(
  platform: Platform,
  burst: (part: "gateway" | "service-profile") => Promise<LoadResult>,
  say: (line: string) => void,
): Promise<Round[]> {
  const results: Round[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const direct = await burst("service-profile");
    const pid = platform.process("gateway").pid();
    if (pid === undefined) throw new Error("the gateway does not run");
    const before = await cpuSeconds(pid);
    const through = await burst("gateway");
    const used = (await cpuSeconds(pid)) - before;
    results.push({ direct, gateway: through, gatewayCpuMicroseconds: (used * 1e6) / through.requests });
    say(
      `  round ${round} of ${rounds}: ${Math.round(direct.requestsPerSecond)} and ${Math.round(through.requestsPerSecond)} requests/s`,
    );
  }
  return results;
}
