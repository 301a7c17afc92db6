import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type PaneHealth, type RolloutList, rolloutListSchema } from "@mullion/contracts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createRelease } from "../testing/release.ts";
import { startRegistry, type TestRegistry } from "../testing/start-registry.ts";

/** Stands in for service-insights: answers what a test says, and notes what it was asked. */
interface Insights {
  readonly url: string;
  panes: PaneHealth[];
  down: boolean;
  readonly asked: URL[];
  readonly server: Server;
}

let insights: Insights;
let registry: TestRegistry;

beforeAll(async () => {
  const server = createServer((request, response) => {
    insights.asked.push(new URL(request.url ?? "", "http://insights.test"));
    const authorized = request.headers.authorization?.startsWith("Bearer ") === true;
    response.writeHead(insights.down ? 503 : authorized ? 200 : 401, { "content-type": "application/json" });
    response.end(JSON.stringify({ since: new Date().toISOString(), panes: insights.panes }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("not a TCP address");
  insights = { url: `http://127.0.0.1:${String(address.port)}`, panes: [], down: false, asked: [], server };
  registry = await startRegistry(undefined, insights.url);
});

afterAll(async () => {
  await registry.close();
  insights.server.close();
});

function health(remote: string, version: string, shown: number, failed: number): PaneHealth {
  const none = { LCP: null, INP: null, CLS: null, FCP: null, TTFB: null };
  return {
    ...{ remote, version, shown, failed, errors: 0, loadMs: null, bytes: null, vitals: none },
    samples: { loadMs: 0, LCP: 0, INP: 0 },
    distributions: { loadMs: [], LCP: [], INP: [] },
  };
}

/** Puts `<remote>@1.1.0-bbbbbb` on trial beside `1.0.0-aaaaaa`. */
async function startCanary(remote: string, percent = 50): Promise<{ stable: string; canary: string }> {
  const [stable, canary] = [createRelease(remote, "1.0.0-aaaaaa"), createRelease(remote, "1.1.0-bbbbbb")];
  for (const release of [stable, canary]) expect((await registry.publish(release)).status).toBe(201);
  expect((await registry.promote(stable, remote)).status).toBe(200);
  const json = { version: canary.release.version, percent };
  const started = await registry.send("PUT", `/registry/rollouts/${remote}/${remote}/canary`, { json });
  expect(started.status).toBe(200);
  return { stable: stable.release.version, canary: canary.release.version };
}

async function rollout(channel: string): Promise<RolloutList["rollouts"][number] | undefined> {
  const response = await registry.send("GET", `/registry/rollouts?channel=${channel}`);
  return rolloutListSchema.parse(await response.json()).rollouts[0];
}

/** Resolves once the guard has asked for this remote's figures two times more. */
async function looked(remote: string): Promise<void> {
  const count = (): number =>
    insights.asked.filter(({ searchParams }) => searchParams.get("remote") === remote).length;
  const before = count();
  await expect.poll(count, { timeout: 5_000 }).toBeGreaterThan(before + 1);
}

it("P7 a canary that fails is aborted by itself, with the figures in history and audit log", async () => {
  const { stable, canary } = await startCanary("broken");
  insights.panes = [health("broken", stable, 400, 2), health("broken", canary, 40, 10)];
  await expect.poll(async () => (await rollout("broken"))?.canary, { timeout: 5_000 }).toBeNull();
  const after = await rollout("broken");
  expect(after?.stable.version).toBe(stable);
  expect(after?.events[0]).toMatchObject({ kind: "canary-aborted", version: canary, actor: "guard" });
  expect(after?.events[0]?.reason).toContain(
    "Failed 10 of 50 times (20.0 %), the stable version 2 of 402 (0.5 %)",
  );
  const channel = await (await registry.send("GET", "/channels/broken")).json();
  expect(channel).toMatchObject({ remotes: [{ canary: null }], withdrawn: [`broken@${canary}`] });
  const { rows } = await registry.database.query(
    "select actor, detail ->> 'reason' as reason from audit where action = 'canary.aborted'",
  );
  expect(rows).toEqual([{ actor: "guard", reason: after?.events[0]?.reason }]);
});

it("P7 a canary that fares as the stable version does stays", async () => {
  const { stable, canary } = await startCanary("good");
  insights.panes = [health("good", stable, 400, 4), health("good", canary, 400, 5)];
  await looked("good");
  expect((await rollout("good"))?.canary?.version).toBe(canary);
});

it("P7 while insights is away nothing is aborted, and what is broken is as soon as it is back", async () => {
  const { stable, canary } = await startCanary("unseen");
  insights.down = true;
  insights.panes = [health("unseen", stable, 400, 0), health("unseen", canary, 0, 200)];
  await looked("unseen");
  expect((await rollout("unseen"))?.canary?.version).toBe(canary);
  insights.down = false;
  await expect.poll(async () => (await rollout("unseen"))?.canary, { timeout: 5_000 }).toBeNull();
});

it("P7 a canary that everybody gets is compared with the last day of the stable version", async () => {
  const { stable, canary } = await startCanary("everybody", 100);
  insights.panes = [health("everybody", stable, 3, 0), health("everybody", canary, 100, 0)];
  await looked("everybody");
  const times = insights.asked
    .filter(({ searchParams }) => searchParams.get("remote") === "everybody")
    .map(({ searchParams }) => Date.parse(searchParams.get("since") ?? ""));
  expect(Math.max(...times) - Math.min(...times)).toBe(24 * 60 * 60 * 1000);
});

it("P7 a canary that was aborted is not judged by the minute of its last trial when it is tried again", async () => {
  const { stable, canary } = await startCanary("again");
  insights.panes = [health("again", stable, 400, 0), health("again", canary, 0, 100)];
  await expect.poll(async () => (await rollout("again"))?.canary, { timeout: 5_000 }).toBeNull();
  const json = { version: canary, percent: 10 };
  expect((await registry.send("PUT", "/registry/rollouts/again/again/canary", { json })).status).toBe(200);
  const { rows } = await registry.database.query<{ ahead: boolean }>(
    `select compared_from = date_trunc('minute', compared_from) and compared_from > started_at as ahead
     from canaries where remote = 'again'`,
  );
  expect(rows).toEqual([{ ahead: true }]);
});

it("P7 of several instances one watches; another takes over when that one is gone", async () => {
  const own = await startRegistry(undefined, insights.url);
  const others = await Promise.all([own.startInstance(), own.startInstance()]);
  const holders = async (): Promise<number[]> => {
    const { rows } = await own.database.query<{ pid: number }>(
      `select pid from pg_locks where locktype = 'advisory' and granted
       and database = (select oid from pg_database where datname = current_database()) order by pid`,
    );
    return rows.map(({ pid }) => pid);
  };
  await expect.poll(holders).toHaveLength(1);
  const [first] = await holders();
  await own.database.query("select pg_terminate_backend($1)", [first]);
  await expect.poll(async () => (await holders()).some((pid) => pid !== first)).toBe(true);
  expect(await holders()).toHaveLength(1);
  await Promise.all(others.map((instance) => instance.close()));
  await own.close();
});

it("P7 judges a canary by what happened in its own channel", async () => {
  insights.panes = [];
  await startCanary("own-channel");
  await looked("own-channel");
  const channels = insights.asked
    .filter(({ searchParams }) => searchParams.get("remote") === "own-channel")
    .map(({ searchParams }) => searchParams.get("channel"));
  expect(new Set(channels)).toEqual(new Set(["own-channel"]));
});
