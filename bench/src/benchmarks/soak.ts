import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { deletePlatformData, type Platform, startPlatform } from "@mullion/local";
import { Pool } from "undici";
import type { Benchmark } from "../benchmark.ts";
import { soakMinutes } from "../env.ts";
import { connectInspector, type Inspector } from "../inspector.ts";
import { createMetric, type Metric, median } from "../metrics.ts";
import { childrenOf, type ProcessResources, resourcesOf } from "../process-resources.ts";
import { withoutRateLimits } from "../rate-limits.ts";
import { abort, abortUpload, attack } from "../soak/disturbances.ts";
import { eventStream, life, page, poll, read, stranger, visit, webSocket, write } from "../soak/everyday.ts";
import { createGate, type Gate } from "../soak/gate.ts";
import { signIn } from "../soak/person.ts";
import { createTally } from "../soak/tally.ts";
import { pick, type World } from "../soak/world.ts";

const portBase = 22_000;
const frontInspectorPort = portBase + 998;
const renderInspectorPort = portBase + 999;
const dataDir = resolve(import.meta.dirname, "../../../.mullion/bench-soak");
const inspected = [
  `--inspect=127.0.0.1:${frontInspectorPort}`,
  `--import=${import.meta.resolve("../soak/inspect-render.ts")}?port=${renderInspectorPort}`,
];
const sampleEveryMs = 15_000;
/**
 * What comes before the first sample: so many requests, and three minutes, of a soak of ten. V8 optimizes what runs often,
 * and what runs rarely later: up to here it makes code in the front (200 functions, 0.8 MB), from here on hardly any.
 */
const warmUp = { requests: 80_000, ms: 180_000, ofMinutes: 10 };
/** Idle connections of every pool between the processes have been closed after this. */
const allIdleAfterMs = 8_000;

/** Steps of the load; one that is listed twice is twice as frequent. */
const mix = [
  ...times(40, read),
  ...times(6, write),
  ...times(6, page),
  ...times(12, poll),
  ...times(3, life),
  ...times(2, stranger),
  ...times(5, abort),
  ...times(2, abortUpload),
  ...times(15, attack),
];

type Inspectors = Readonly<Record<"front" | "render", Inspector>>;

interface ProcessSample extends ProcessResources {
  readonly heapBytes: number;
}

interface Sample {
  readonly minute: number;
  readonly front: ProcessSample;
  readonly render: ProcessSample;
}

/** Load on everything the front does, for minutes: nothing unexpected is answered, and nothing is kept. */
export const soak: Benchmark = {
  title:
    "ten minutes of mixed load on the front: statuses, heap, sockets (MULLION_SOAK_MINUTES for another length)",
  async run(say) {
    await deletePlatformData(dataDir);
    const quiet = { LOG_LEVEL: "warn" };
    const platform = await startPlatform({
      ...{ portBase, dataDir, build: false, print: say },
      overrides: {
        shell: { ...quiet, NODE_OPTIONS: inspected.join(" ") },
        // Every session is refreshed several times a minute.
        identity: { ...quiet, ACCESS_TOKEN_TTL_SECONDS: "15" },
        gateway: { ...quiet, ...withoutRateLimits },
        "service-profile": quiet,
        "service-insights": quiet,
        registry: quiet,
      },
    });
    try {
      const inspectors = {
        front: await connectInspector(frontInspectorPort),
        render: await connectInspector(renderInspectorPort),
      };
      return await measure(platform, inspectors, say);
    } finally {
      await platform.stop();
    }
  },
};

function times<T>(count: number, step: T): T[] {
  return Array.from({ length: count }, () => step);
}

async function measure(
  platform: Platform,
  inspectors: Inspectors,
  say: (line: string) => void,
): Promise<Metric[]> {
  const errorsSince = await watchLogs(platform, say);
  const share = Math.min(1, soakMinutes() / warmUp.ofMinutes);
  const measuredMs = soakMinutes() * 60_000 - warmUp.ms * share;
  const people = await Promise.all(
    platform.accounts.flatMap((account) => times(4, account)).map((account) => signIn(platform, account)),
  );
  const pool = new Pool(platform.shellUrl, { connections: 32, keepAliveTimeout: 2_000 });
  const world = { platform, origin: platform.shellUrl, pool, people, tally: createTally() };
  const gate = createGate();
  const load = startLoad(world, gate);
  const startedAt = performance.now();
  const samples: Sample[] = [];
  const sample = async (idleMs: number): Promise<Sample> => {
    await gate.close();
    await delay(idleMs);
    const taken = await takeSample(platform, inspectors, (performance.now() - startedAt) / 60_000);
    gate.open();
    say(`  ${describe(taken)}, ${world.tally.total} requests, ${world.tally.unexpected} unexpected`);
    return taken;
  };
  try {
    await delay(warmUp.ms * share);
    while (world.tally.total < warmUp.requests * share) await delay(1_000);
    const endsAt = performance.now() + measuredMs;
    samples.push(await sample(allIdleAfterMs));
    while (performance.now() < endsAt - sampleEveryMs) {
      await delay(sampleEveryMs);
      samples.push(await sample(0));
    }
    await delay(sampleEveryMs);
    samples.push(await sample(allIdleAfterMs));
  } finally {
    await gate.close();
    load.abort();
    await pool.destroy();
  }
  for (const line of world.tally.lines()) say(`  ${line}`);
  const errors = await errorsSince();
  return toMetrics(world, samples, errors, performance.now() - startedAt);
}

/** Twelve browsers at once, some streams, and somebody who signs in and out all the time. */
function startLoad(world: World, gate: Gate): AbortController {
  const ended = new AbortController();
  const repeat = async (pause: number, next: () => (world: World) => Promise<void>): Promise<void> => {
    while (!ended.signal.aborted) {
      await gate.pass(() => next()(world));
      await delay(Math.random() * pause);
    }
  };
  for (let browser = 0; browser < 12; browser += 1) void repeat(20, () => pick(mix));
  for (const stream of [eventStream, webSocket]) {
    for (let tab = 0; tab < 3; tab += 1) void repeat(500, () => stream);
  }
  void repeat(3_000, () => visit);
  return ended;
}

async function takeSample(platform: Platform, inspectors: Inspectors, minute: number): Promise<Sample> {
  const pid = platform.process("shell").pid();
  if (pid === undefined) throw new Error("the front does not run");
  const [render] = await childrenOf(pid);
  if (render === undefined) throw new Error("render does not run");
  return {
    minute,
    front: { heapBytes: await inspectors.front.liveHeapBytes(), ...(await resourcesOf(pid)) },
    render: { heapBytes: await inspectors.render.liveHeapBytes(), ...(await resourcesOf(render)) },
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}

function describe({ minute, ...processes }: Sample): string {
  const parts = (["front", "render"] as const).map((name) => {
    const { heapBytes, residentBytes, descriptors } = processes[name];
    return `${name} ${megabytes(heapBytes)} live, ${megabytes(residentBytes)} resident, ${descriptors} descriptors`;
  });
  return `minute ${minute.toFixed(1)}: ${parts.join("; ")}`;
}

const apps = ["shell", "gateway", "identity", "service-profile", "service-insights", "registry"] as const;

/** Lines of an app's log that are errors; logs outlive the runs. */
async function errorLines(platform: Platform, app: (typeof apps)[number]): Promise<string[]> {
  const lines = (await readFile(platform.logFile(app), "utf8")).split("\n");
  return lines.filter((line) => /"level":"(?:error|fatal)"/.test(line));
}

/** Starts to watch the logs; what it returns counts the errors since, and says what they are. */
async function watchLogs(platform: Platform, say: (line: string) => void): Promise<() => Promise<number>> {
  const before = await Promise.all(apps.map((app) => errorLines(platform, app)));
  return async () => {
    let errors = 0;
    for (const [index, app] of apps.entries()) {
      const bad = (await errorLines(platform, app)).slice(before[index]?.length);
      errors += bad.length;
      if (bad[0] !== undefined) say(`  ! ${bad.length} errors of ${app}, the first: ${bad[0].slice(0, 500)}`);
    }
    return errors;
  };
}

/** Least squares, in units per minute. */
function slope(samples: readonly Sample[], value: (sample: Sample) => number): number {
  const mean = (numbers: readonly number[]): number =>
    numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const [x, y] = [mean(samples.map(({ minute }) => minute)), mean(samples.map(value))];
  const spread = samples.map(({ minute }) => (minute - x) ** 2);
  const product = samples.map((sample) => (sample.minute - x) * (value(sample) - y));
  return mean(product) / mean(spread);
}

/** Growth in percent from the first third of the samples to the last, by their medians. */
function growth(samples: readonly Sample[], value: (sample: Sample) => number): number {
  const third = Math.ceil(samples.length / 3);
  const first = median(samples.slice(0, third).map(value));
  return ((median(samples.slice(-third).map(value)) - first) / first) * 100;
}

// Forced collections leave the heap of an idle process within half a percent of the time before, and V8 adds up to one
// percent over minutes for code and feedback of rare paths. What a request left behind would show at once: at a hundred
// thousand requests two percent of the front's heap are less than ten bytes for each.
const mostHeapGrowthPercent = 2;
// Pools keep a connection or two more or less.
const mostMoreDescriptors = 4;

/** Resident memory is for information: nothing says when a process gives back what it does not use. */
function processMetrics(name: "front" | "render", samples: readonly Sample[]): Metric[] {
  const [before, after] = [samples[0]?.[name], samples.at(-1)?.[name]];
  if (before === undefined || after === undefined) throw new RangeError("no samples");
  const heap = (sample: Sample): number => sample[name].heapBytes;
  const resident = (sample: Sample): number => sample[name].residentBytes;
  return [
    createMetric(`${name}.heap`, after.heapBytes / 2 ** 20, "MB"),
    createMetric(`${name}.heap.growth`, growth(samples, heap), "%", { atMost: mostHeapGrowthPercent }),
    createMetric(`${name}.heap.slope`, slope(samples, heap) / 1_024, "KB/minute"),
    createMetric(`${name}.resident`, after.residentBytes / 2 ** 20, "MB"),
    createMetric(`${name}.resident.growth`, growth(samples, resident), "%"),
    createMetric(`${name}.descriptors.more`, after.descriptors - before.descriptors, "descriptors", {
      atMost: mostMoreDescriptors,
    }),
  ];
}

function toMetrics({ tally }: World, samples: readonly Sample[], errors: number, totalMs: number): Metric[] {
  return [
    createMetric("soak.requests", tally.total, "requests"),
    createMetric("soak.rate", tally.total / (totalMs / 1_000), "requests/s"),
    createMetric("soak.unexpected", tally.unexpected, "answers", { atMost: 0 }),
    createMetric("log.errors", errors, "lines", { atMost: 0 }),
    ...processMetrics("front", samples),
    ...processMetrics("render", samples),
  ];
}
