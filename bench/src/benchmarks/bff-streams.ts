import { setTimeout as delay } from "node:timers/promises";
import { Pool } from "undici";
import { createMetric, type Metric, median } from "../metrics.ts";
import { resourcesOf } from "../process-resources.ts";
import type { Contender } from "./bff-contenders.ts";

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

/** An answer is passed on as it comes: its size changes neither when it begins nor what the front holds of it. */
export async function measureStreams(contender: Contender): Promise<Metric[]> {
  const pool = new Pool(contender.origin, { connections: 1 });
  try {
    const [small, large]: [number[], number[]] = [[], []];
    for (let at = 0; at < answers; at += 1) {
      small.push(await read(pool, contender, kilobyte));
      large.push(await read(pool, contender, 16 * megabyte));
    }
    const growth = await growthOverGigabyte(pool, contender);
    return [
      createMetric("bff.first-byte.1kB", median(small), "ms"),
      createMetric("bff.first-byte.16MB", median(large), "ms"),
      createMetric("bff.first-byte.difference", median(large) - median(small), "ms", { atMost: 1 }),
      createMetric("bff.held-of-1GB", growth / megabyte, "MB", { atMost: 64 }),
    ];
  } finally {
    await pool.destroy();
  }
}
