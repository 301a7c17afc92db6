import type { Browser } from "playwright";
import { request } from "undici";
import type { Benchmark } from "../benchmark.ts";
import { load } from "../load.ts";
import { createMetric, type Metric, median } from "../metrics.ts";
import { measureBytes, measureLcp, type PageBytes, type Side, startBrowser } from "../pages/browser.ts";
import { type PageContenders, startPageContenders } from "../pages/contenders.ts";
import { paths } from "../pages/page-props.ts";
import { cpuSeconds } from "../process-cpu.ts";
import type { BenchProcess } from "../processes/child.ts";

const sides = ["federated", "monolith"] as const satisfies Side[];
const lcpRuns = 15;
const renderRounds = 9;
const kB = 1_000;

/** What a shell of remotes costs the visitor and the server, beside one application of the same pages. */
export const pages: Benchmark = {
  title:
    "the shell and its remotes beside one Next.js application of the same pages: bytes, rendering, paint",
  async run(say) {
    const contenders = await startPageContenders(say);
    try {
      const browser = await startBrowser();
      try {
        const bytes = await measureAllBytes(browser, contenders, say);
        return [
          ...bytes,
          ...(await rendering(contenders, say)),
          ...(await painting(browser, contenders, say)),
        ];
      } finally {
        await browser.close();
      }
    } finally {
      await contenders.stop();
    }
  },
};

function report(side: Side, path: string, { files }: PageBytes, say: (line: string) => void): void {
  for (const { url, gzip } of files.toSorted((one, other) => other.gzip - one.gzip)) {
    say(`    ${side} ${path} ${String(gzip).padStart(6)} ${new URL(url).pathname}`);
  }
}

async function measureAllBytes(
  browser: Browser,
  { cookie }: PageContenders,
  say: (line: string) => void,
): Promise<Metric[]> {
  const federated = await measureBytes(browser, "federated", cookie);
  const monolith = await measureBytes(browser, "monolith", cookie);
  for (const [at, path] of paths.entries()) {
    for (const [side, all] of [
      ["federated", federated],
      ["monolith", monolith],
    ] as const) {
      const page = all[at];
      if (page !== undefined) report(side, path, page, say);
    }
  }
  const entry = federated[0]?.files.find(({ url }) => url.includes("remoteEntry.js"));
  if (entry === undefined) throw new Error("the first page loaded no remote");
  return [
    ...(["transferred", "gzip"] as const).flatMap((unit) => {
      const first = (all: PageBytes[]): number => all[0]?.[unit] ?? Number.NaN;
      const next = (all: PageBytes[]): number => all.slice(1).reduce((sum, page) => sum + page[unit], 0);
      return [
        createMetric(`js.first.federated.${unit}`, first(federated) / kB, "kB"),
        createMetric(`js.first.monolith.${unit}`, first(monolith) / kB, "kB"),
        createMetric(`js.first.of-monolith.${unit}`, first(federated) / first(monolith), "x", {
          atMost: 1.25,
        }),
        createMetric(`js.next.federated.${unit}`, next(federated) / kB, "kB"),
        createMetric(`js.next.monolith.${unit}`, next(monolith) / kB, "kB"),
        createMetric(`js.next.of-monolith.${unit}`, next(federated) / next(monolith), "x", { atMost: 1 }),
      ];
    }),
    createMetric("remoteEntry.gzip", entry.gzip / kB, "kB", { atMost: 12 }),
  ];
}

type RenderRound = Map<Side, Awaited<ReturnType<typeof renderFor>>>;

/** Pages per second and per CPU second of one renderer. */
async function renderFor(
  { origin, pid }: BenchProcess,
  durationMs: number,
): Promise<{ perSecond: number; perCpuSecond: number }> {
  const before = await cpuSeconds(pid);
  const { requests, requestsPerSecond } = await load({
    ...{ origin, path: paths[0], headers: {}, connections: 8, durationMs },
  });
  return { perSecond: requestsPerSecond, perCpuSecond: requests / ((await cpuSeconds(pid)) - before) };
}

async function assertDrawn({ origin }: BenchProcess): Promise<void> {
  const { body } = await request(origin + paths[0]);
  if (!(await body.text()).includes('<ul class="mu-grid"'))
    throw new Error(`${origin} did not draw the page`);
}

/** One round: both from a fresh start, because two processes of one program differ by a tenth. */
async function renderRound({ startRenderer }: PageContenders, order: readonly Side[]): Promise<RenderRound> {
  const found: RenderRound = new Map();
  for (const side of order) {
    const renderer = await startRenderer(side);
    await assertDrawn(renderer);
    await renderFor(renderer, 3_000);
    found.set(side, await renderFor(renderer, 3_000));
    await renderer.stop();
  }
  return found;
}

async function rendering(contenders: PageContenders, say: (line: string) => void): Promise<Metric[]> {
  const rounds: RenderRound[] = [];
  for (let round = 0; round < renderRounds; round += 1) {
    rounds.push(await renderRound(contenders, round % 2 === 0 ? sides : sides.toReversed()));
  }
  say("  rendering: measured");
  const middle = (
    pick: (of: (side: Side) => { perSecond: number; perCpuSecond: number }) => number,
  ): number =>
    median(
      rounds.map((found) =>
        pick((side) => found.get(side) ?? { perSecond: Number.NaN, perCpuSecond: Number.NaN }),
      ),
    );
  return [
    createMetric(
      "ssr.federated",
      middle((of) => of("federated").perSecond),
      "pages/s",
    ),
    createMetric(
      "ssr.monolith",
      middle((of) => of("monolith").perSecond),
      "pages/s",
    ),
    createMetric(
      "ssr.of-monolith",
      middle((of) => of("federated").perSecond / of("monolith").perSecond),
      "x",
      {
        atLeast: 0.95,
      },
    ),
    createMetric(
      "ssr.of-monolith.per-cpu",
      middle((of) => of("federated").perCpuSecond / of("monolith").perCpuSecond),
      "x",
    ),
  ];
}

async function painting(
  browser: Browser,
  { cookie }: PageContenders,
  say: (line: string) => void,
): Promise<Metric[]> {
  const found: Record<Side, number[]> = { federated: [], monolith: [] };
  for (let run = 0; run <= lcpRuns; run += 1) {
    for (const side of run % 2 === 0 ? sides : sides.toReversed()) {
      const lcp = await measureLcp(browser, side, cookie);
      // The first of each fills the caches of the edges.
      if (run > 0) found[side].push(lcp);
    }
  }
  say("  paint: measured");
  const [federated, monolith] = [median(found.federated), median(found.monolith)];
  return [
    createMetric("lcp.federated", federated, "ms"),
    createMetric("lcp.monolith", monolith, "ms"),
    createMetric("lcp.of-monolith", federated / monolith, "x", { atMost: 1.1 }),
  ];
}
