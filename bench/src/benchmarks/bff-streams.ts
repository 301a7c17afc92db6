import { setTimeout as delay } from "node:timers/promises";
import { Pool } from "undici";
import { createMetric, type Metric, median } from "../metrics.ts";
import { resourcesOf } from "../process-resources.ts";
import type { Contender, Contenders } from "./bff-contenders.ts";

const kilobyte = 1_024;
const megabyte = 1_024 * kilobyte;
const gigabyte = 1_024 * megabyte;
const answers = 30;

/** Reads an answer of so many bytes; resolves to the milliseconds until its first one. */
async function read(pool: Pool, { path, headers }: Contender, bytes: number): Promise<number> {
  const sentAt = performance.now();
  const { statusCode, body } = await pool.request({ path: `${path}?bytes=${bytes}`, method: "GET", headers });
  if (statusCode !== 200) throw new Error(`${path} answered ${statusCode}`);
  let firstByteMs: number | undefined;
  let received = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    firstByteMs ??= performance.now() - sentAt;
    received += chunk.length;
  }
  if (received !== bytes) throw new Error(`${received} of ${bytes} bytes came`);
  return firstByteMs ?? 0;
}

/** What the process holds more, at most, while it passes on a gigabyte. */
async function growthOverGigabyte(pool: Pool, contender: Contender): Promise<number> {
  const before = (await resourcesOf(contender.pid())).residentBytes;
  let most = before;
  const progress: { isDone: boolean } = { isDone: false };
  const reading = read(pool, contender, gigabyte).finally(() => {
    progress.isDone = true;
  });
  while (!progress.isDone) {
    most = Math.max(most, (await resourcesOf(contender.pid())).residentBytes);
    await delay(20);
  }
  await reading;
  return most - before;
}

/** A contender on a connection of its own, and the milliseconds until the first byte of its answers. */
interface Reader {
  readonly contender: Contender;
  readonly pool: Pool;
  readonly small: number[];
  readonly large: number[];
}

function createReader(contender: Contender): Reader {
  return { contender, pool: new Pool(contender.origin, { connections: 1 }), small: [], large: [] };
}

/** Median milliseconds that the first byte of a large answer takes longer than that of a small one. */
function laterOf({ small, large }: Reader): number {
  return median(large) - median(small);
}

/**
 * An answer is passed on as it comes: its size changes neither when it begins nor what the front holds of it. The bare
 * pass-through, which holds nothing back, shows what of the former is the machine's: three processes share two cores.
 */
export async function measureStreams(contenders: Pick<Contenders, "bff" | "passThrough">): Promise<Metric[]> {
  const own = createReader(contenders.bff);
  const least = createReader(contenders.passThrough);
  try {
    for (let at = 0; at < answers; at += 1) {
      for (const { pool, contender, small, large } of [own, least]) {
        small.push(await read(pool, contender, kilobyte));
        large.push(await read(pool, contender, 16 * megabyte));
      }
    }
    const growth = await growthOverGigabyte(own.pool, own.contender);
    return [
      createMetric("bff.first-byte.1kB", median(own.small), "ms"),
      createMetric("bff.first-byte.16MB", median(own.large), "ms"),
      createMetric("passThrough.first-byte.later", laterOf(least), "ms"),
      createMetric("bff.first-byte.later", laterOf(own), "ms"),
      createMetric("bff.first-byte.over-passThrough", laterOf(own) - laterOf(least), "ms", { atMost: 1 }),
      createMetric("bff.held-of-1GB", growth / megabyte, "MB", { atMost: 64 }),
    ];
  } finally {
    await Promise.all([own.pool.destroy(), least.pool.destroy()]);
  }
}
