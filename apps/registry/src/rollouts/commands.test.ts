import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { RolloutList } from "@mullion/contracts";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createRelease } from "../testing/release.ts";
import { startRegistry, type TestRegistry } from "../testing/start-registry.ts";

const bin = fileURLToPath(new URL("../../node_modules/@mullion/cli/bin/mullion.ts", import.meta.url));
const [a, b] = ["1.0.0-aaaaaa", "1.1.0-bbbbbb"] as const;
let registry: TestRegistry;

// Each command is a process.
vi.setConfig({ testTimeout: 60_000 });

beforeAll(async () => {
  registry = await startRegistry();
  for (const version of [a, b]) await registry.publish(createRelease("billing", version));
  await registry.promote(createRelease("billing", a));
});

afterAll(async () => {
  await registry.close();
});

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the command line as the client that billing belongs to. */
async function mullion(...args: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [bin, ...args], {
    env: {
      MULLION_REGISTRY: registry.url,
      MULLION_ISSUER: registry.issuer.url,
      MULLION_SHELL: "http://shell.test",
      MULLION_CLIENT_ID: "deployer",
      MULLION_CLIENT_SECRET: "not-checked-here",
    },
  });
  const exit = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { code, stdout, stderr };
}

async function json(...args: string[]): Promise<unknown> {
  const { stdout } = await mullion(...args, "--json");
  return JSON.parse(stdout);
}

async function rollout(): Promise<RolloutList["rollouts"][number]> {
  const { rollouts } = (await json("status")) as RolloutList;
  const [billing] = rollouts;
  if (billing === undefined) throw new Error("nothing is live");
  return billing;
}

it("P2 the command line tries a version, keeps its guard at another percentage, shows and ends it", async () => {
  const started = await mullion("canary", `billing@${b}`, "10%", "--minimum-loads", "200");
  expect(started).toMatchObject({
    code: 0,
    stdout: `✓ billing@${b} is shown to 10 % of the users of production\n`,
  });
  expect(await json("canary", `billing@${b}`, "25")).toMatchObject({ version: b, percent: 25 });
  expect(await json("status")).toMatchObject({
    rollouts: [{ stable: { version: a }, canary: { version: b, percent: 25, guard: { minimumLoads: 200 } } }],
    panes: null,
  });
  const status = await mullion("status");
  expect(status.stdout).toMatch(new RegExp(`billing +${a} +complete +75 %`));
  expect(status.stdout).toMatch(new RegExp(`\\n +${b} +- +25 %`));
  expect(status.stderr).toContain("does not know just now");
  const ended = await mullion("canary", "abort", "billing", "--reason", "seen enough");
  expect(ended.stdout).toBe(`✓ billing@${b} is no longer on trial in production\n`);
  expect((await rollout()).canary).toBeNull();
  expect((await rollout()).events[0]).toMatchObject({ kind: "canary-aborted", reason: "seen enough" });
  const again = await mullion("canary", "abort", "billing");
  expect(again.code).toBe(1);
  expect(again.stderr).toContain("On trial there: nothing.");
});

it("P2 rollback ends a trial first, and goes back only when it is asked for again", async () => {
  const c = "1.2.0-cccccc";
  await registry.publish(createRelease("billing", c));
  await mullion("promote", `billing@${b}`, "--reason", "approved");
  await mullion("canary", `billing@${c}`, "10");
  const first = await mullion("rollback", "billing");
  expect(first.stdout).toBe(`✓ billing in production: the trial of ${c} is over, everybody gets ${b}\n`);
  const second = await mullion("rollback", "billing", "--reason", "totals are wrong");
  expect(second.stdout).toBe(`✓ billing in production: ${b} → ${a}\n`);
  const { events } = await rollout();
  expect(events.slice(0, 4)).toMatchObject([
    { kind: "rolled-back", version: a, reason: "totals are wrong" },
    { kind: "canary-aborted", version: c },
    { kind: "canary-started", version: c, percent: 10 },
    { kind: "promoted", version: b, reason: "approved" },
  ]);
});

it("P10 the command line makes a link for one person, lists it and revokes it", async () => {
  const made = (await json("override", `billing@${b}`, "--for", "ada", "--minutes", "5")) as {
    id: string;
    link: string;
  };
  const link = new URL(made.link);
  expect(link.origin + link.pathname).toBe("http://shell.test/override");
  expect(decodeJwt(link.searchParams.get("token") ?? "")).toMatchObject({ jti: made.id, sub: "ada" });
  const list = await mullion("override", "list");
  expect(list.stdout).toMatch(new RegExp(`${made.id} +billing +${b} +ada +deployer`));
  expect((await mullion("override", "revoke", made.id)).code).toBe(0);
  expect((await mullion("override", "list")).stdout).toBe("No override is good just now.\n");
});

it.each([
  [["canary", "billing", "10"], "is not <remote>@<version>"],
  [["canary", `billing@${b}`, "200"], "is a number from 0 to 100"],
  [["override", `billing@${b}`, "--minutes", "soon"], "is a number from 1 to 1440"],
] as const)("says what is wrong with %j, and exits 2", async (args, message) => {
  const refused = await mullion(...args);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(message);
});
