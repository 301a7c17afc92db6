import { randomUUID } from "node:crypto";
import {
  type PaneHealth,
  type PaneSignal,
  type PlatformEvent,
  paneHealthListSchema,
} from "@mullion/contracts";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createTestService, type TestService } from "../test-service.ts";
import { mostVersions } from "./count-signals.ts";

const shell = { sub: "mullion-shell", client_id: "mullion-shell", scope: "events:write" };
const reader = { sub: "ada", scope: "insights:read" };
const stable = { remote: "user", version: "1.0.0-aaaaaa", composition: "c" } as const;
const canary = { ...stable, version: "1.1.0-bbbbbb" } as const;

let service: TestService;

beforeEach(async () => {
  service = await createTestService();
});

afterEach(() => service.close());

function minutesAgo(minutes: number): string {
  return new Date(Date.now() - minutes * 60_000).toISOString();
}

function shown(
  of: Pick<PaneSignal, "remote" | "version" | "composition">,
  loadMs: number | null,
): PaneSignal {
  return { ...of, kind: "shown", loadMs, bytes: loadMs === null ? null : 50_000 };
}

async function send(
  signals: readonly PaneSignal[],
  at = minutesAgo(0),
  channel = "production",
): Promise<number> {
  const events: PlatformEvent[] = signals.map((signal) => ({ type: "pane", at, channel, signal }));
  const batch = { id: randomUUID(), source: "shell", events };
  const response = await service.call("POST", "/insights/events", shell, batch);
  expect(response.statusCode).toBe(200);
  return response.json<{ counted: number }>().counted;
}

async function read(query = ""): Promise<PaneHealth[]> {
  const response = await service.call("GET", `/insights/panes${query}`, reader);
  expect(response.statusCode).toBe(200);
  return paneHealthListSchema.parse(response.json()).panes;
}

it("P2 a version is counted on its own in each channel", async () => {
  await send([shown(stable, 100), shown(stable, 100)]);
  await send(
    [{ ...stable, kind: "failed", side: "browser", code: "remote_unavailable" }],
    undefined,
    "preview",
  );
  expect(await read("?channel=production")).toMatchObject([{ shown: 2, failed: 0 }]);
  expect(await read("?channel=preview")).toMatchObject([{ shown: 0, failed: 1 }]);
  expect(await read()).toMatchObject([{ shown: 2, failed: 1 }]);
});

it("P18 counts each version on its own: shown, failed, errors, load time, bytes and vitals", async () => {
  await send([
    ...[100, 200, 300, 1_000].map((loadMs) => shown(stable, loadMs)),
    shown(stable, null),
    { ...stable, kind: "error" },
    { ...stable, kind: "vital", name: "LCP", value: 2_000 },
    { ...stable, kind: "vital", name: "CLS", value: 0.1 },
    { ...canary, kind: "failed", side: "server", code: "render_failed" },
    { ...canary, kind: "failed", side: "browser", code: "remote_unavailable" },
  ]);
  const [one, two] = await read();
  expect(one).toMatchObject({
    ...{ remote: "user", version: stable.version },
    shown: 5,
    failed: 0,
    errors: 1,
  });
  expect(one?.samples).toEqual({ loadMs: 4, LCP: 1, INP: 0 });
  for (const [value, exact] of [
    [one?.loadMs, 300],
    [one?.bytes, 50_000],
    [one?.vitals.LCP, 2_000],
    [one?.vitals.CLS, 0.1],
  ] as const) {
    expect(Math.abs((value ?? 0) / exact - 1)).toBeLessThan(0.0501);
  }
  expect(one?.distributions.loadMs.map(([, count]) => count)).toEqual([1, 1, 1, 1]);
  expect(one?.distributions.loadMs.at(-1)?.[0]).toBeGreaterThanOrEqual(1_000);
  expect(two).toMatchObject({ version: canary.version, shown: 0, failed: 2, loadMs: null });
});

it("adds up what several fronts report of one minute, concurrently and without loss", async () => {
  const batches = Array.from({ length: 20 }, (_, n) =>
    send(n % 2 === 0 ? [shown(stable, 100), shown(canary, 100)] : [shown(canary, 100), shown(stable, 100)]),
  );
  await Promise.all(batches);
  expect((await read()).map((pane) => pane.shown)).toEqual([20, 20]);
});

it("gives the time and the remote asked for, and nothing else", async () => {
  await send([shown(stable, 100)], minutesAgo(90));
  await send([shown(stable, 100), shown({ ...stable, remote: "admin" }, 100)]);
  const counts = async (query: string): Promise<[string, number][]> =>
    (await read(query)).map((pane) => [pane.remote, pane.shown]);
  expect(await counts("")).toEqual([
    ["admin", 1],
    ["user", 2],
  ]);
  expect(await counts("?minutes=60&remote=user")).toEqual([["user", 1]]);
  expect(await counts(`?remote=user&since=${minutesAgo(91)}`)).toEqual([["user", 2]]);
});

it("counts what comes from a clock that is ahead as of now, and leaves out what is older than a week", async () => {
  await send([shown(stable, 100)], minutesAgo(-60));
  await send([shown(stable, 100)], minutesAgo(8 * 24 * 60));
  expect((await read("?minutes=5")).map((pane) => pane.shown)).toEqual([1]);
  expect((await read(`?since=${minutesAgo(30 * 24 * 60)}`)).map((pane) => pane.shown)).toEqual([1]);
});

it("forgets after a week", async () => {
  await send([shown(stable, 100)]);
  await service.pool.query("update pane_counts set minute = minute - interval '8 days'");
  await service.pool.query("update pane_versions set seen_at = seen_at - interval '8 days'");
  await send([shown(canary, 100)]);
  const { rows } = await service.pool.query("select distinct version from pane_counts");
  expect(rows).toEqual([{ version: canary.version }]);
});

it("counts no more versions of a remote than there is room for, goes on with those it knows, and says so", async () => {
  const invented = Array.from({ length: mostVersions + 20 }, (_, n) =>
    shown({ ...stable, version: `1.0.0-x${String(n).padStart(5, "0")}` }, 100),
  );
  expect(await send(invented)).toBe(mostVersions);
  expect(
    await send([...invented.slice(0, 2), shown(canary, 100), shown({ ...canary, remote: "admin" }, 1)]),
  ).toBe(3);
  const panes = await read("?remote=user");
  expect(panes).toHaveLength(mostVersions);
  expect(panes[0]).toMatchObject({ shown: 2 });
});

it("S4.2 answers 401 without a token, 403 without the scope and 400 to a wrong question", async () => {
  expect((await service.call("GET", "/insights/panes", null)).statusCode).toBe(401);
  expect((await service.call("GET", "/insights/panes", shell)).statusCode).toBe(403);
  for (const wrong of ["minutes=0", "minutes=10081", "remote=Not%20One", "since=yesterday"]) {
    expect((await service.call("GET", `/insights/panes?${wrong}`, reader)).statusCode, wrong).toBe(400);
  }
});
