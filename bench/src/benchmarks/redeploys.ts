import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { deletePlatformData, type Platform, startPlatform } from "@mullion/local";
import { createRemoteVariant } from "@mullion/testing";
import { Pool } from "undici";
import type { Benchmark } from "../benchmark.ts";
import { redeployCount } from "../env.ts";
import { createMetric, type Metric, median } from "../metrics.ts";
import { childrenOf, resourcesOf } from "../process-resources.ts";
import { withoutRateLimits } from "../rate-limits.ts";
import { type Person, signIn } from "../soak/person.ts";

const portBase = 25_500;
const root = resolve(import.meta.dirname, "../../..");
const artifact = join(root, "apps/remote-dashboard/.artifact");
const visitors = 3;
// A process without any remote has 200 MB; it is replaced at 768 and ended at 1280.
const mostResidentMegabytes = 1_000;

interface Sample {
  readonly resident: number;
  readonly pids: readonly number[];
}

/** One remote is deployed again and again while people look: what render keeps of the versions before. */
export const redeploys: Benchmark = {
  title:
    "200 redeploys of one remote under page load: memory of render, failed pages (MULLION_REDEPLOYS for another number)",
  async run(say) {
    const dataDir = join(root, ".mullion/bench-redeploys");
    await deletePlatformData(dataDir);
    const folder = await mkdtemp(join(tmpdir(), "mullion-redeploys-"));
    const quiet = { LOG_LEVEL: "warn" };
    const platform = await startPlatform({
      ...{ portBase, dataDir, build: false, print: say },
      overrides: {
        ...{ shell: quiet, registry: quiet, identity: quiet },
        // One person loads all the pages.
        gateway: { ...quiet, ...withoutRateLimits },
      },
    });
    try {
      return await measure(platform, folder, say);
    } finally {
      await platform.stop();
      await rm(folder, { recursive: true });
    }
  },
};

/** Resident memory of all render processes: two while one follows the other. */
async function sampleRender(platform: Platform): Promise<Sample> {
  const front = platform.process("shell").pid();
  if (front === undefined) throw new Error("the front does not run");
  const pids = await childrenOf(front);
  const resources = await Promise.all(pids.map((pid) => resourcesOf(pid).catch(() => null)));
  return { pids, resident: resources.reduce((sum, one) => sum + (one?.residentBytes ?? 0), 0) / 2 ** 20 };
}

/** Loads the page until it is over; a page counts when the server drew the remote. */
function startVisitors(
  pool: Pool,
  { cookie }: Person,
): { over(): Promise<{ pages: number; failed: number }> } {
  let [pages, failed, isOver] = [0, 0, false];
  const visit = async (): Promise<void> => {
    while (!isOver) {
      const answer = await pool
        .request({ path: "/dashboard", method: "GET", headers: { cookie, accept: "text/html" } })
        .then(async ({ statusCode, body }) => ({ statusCode, html: await body.text() }))
        .catch(() => null);
      pages += 1;
      if (answer?.statusCode !== 200 || !answer.html.includes("mu-tile")) failed += 1;
    }
  };
  const running = Array.from({ length: visitors }, visit);
  return {
    async over() {
      isOver = true;
      await Promise.all(running);
      return { pages, failed };
    },
  };
}

async function measure(platform: Platform, folder: string, say: (line: string) => void): Promise<Metric[]> {
  const [account] = platform.accounts;
  if (account === undefined) throw new Error("the platform has no account");
  const person = await signIn(platform, account);
  const pool = new Pool(platform.shellUrl, { connections: visitors });
  const load = startVisitors(pool, person);
  const samples: Sample[] = [];
  const count = redeployCount();
  for (let number = 1; number <= count; number += 1) {
    const into = join(folder, String(number));
    await createRemoteVariant({ artifact, into, buildId: `redeploy${String(number).padStart(4, "0")}` });
    await platform.deploy(into);
    samples.push(await sampleRender(platform));
    await rm(into, { recursive: true });
    if (number % 20 === 0)
      say(`  ${number} redeploys: render has ${(samples.at(-1)?.resident ?? 0).toFixed(0)} MB`);
  }
  const { pages, failed } = await load.over();
  await pool.destroy();
  const resident = samples.map((sample) => sample.resident);
  const tenth = Math.ceil(samples.length / 10);
  return [
    createMetric("redeploys", count, ""),
    createMetric("redeploys.pages", pages, "pages", { atLeast: count }),
    createMetric("redeploys.failed", failed, "pages", { atMost: 0 }),
    createMetric(
      "redeploys.render.processes",
      new Set(samples.flatMap(({ pids }) => pids)).size,
      "processes",
    ),
    createMetric("redeploys.render.resident.first", median(resident.slice(0, tenth)), "MB"),
    createMetric("redeploys.render.resident.last", median(resident.slice(-tenth)), "MB"),
    createMetric("redeploys.render.resident.most", Math.max(...resident), "MB", {
      atMost: mostResidentMegabytes,
    }),
  ];
}
