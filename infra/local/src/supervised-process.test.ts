import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startChild, waitUntilReady } from "./child.ts";
import { inheritedEnvironment } from "./env.ts";
import { freePort } from "./free-port.ts";
import { identifyProcess } from "./process-identity.ts";
import { type ProcessEvent, type SupervisedProcess, superviseProcess } from "./supervised-process.ts";

const server = `
  const { createServer } = require("node:http");
  createServer((request, response) => response.end(String(process.pid))).listen(Number(process.env.PORT), "127.0.0.1");
`;

let folder: string;
let events: ProcessEvent[];
let supervised: SupervisedProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mullion-supervised-"));
  events = [];
});

afterEach(async () => {
  await supervised?.stop();
  supervised = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function supervise(
  script: string,
): Promise<{ subject: SupervisedProcess; answer: () => Promise<string> }> {
  const port = await freePort();
  const answer = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/`)).text();
  const start = async (onSpawn: (child: Awaited<ReturnType<typeof startChild>>) => void): Promise<void> => {
    const child = await startChild({
      name: "subject",
      command: process.execPath,
      args: ["--eval", script],
      cwd: folder,
      env: { ...inheritedEnvironment(), PORT: String(port) },
      logFile: join(folder, "subject.log"),
    });
    onSpawn(child);
    await waitUntilReady(
      child,
      async () => {
        await answer();
      },
      { timeoutMs: 10_000 },
    );
  };
  const subject = superviseProcess({ name: "subject", kind: "app", start }, (event) => events.push(event));
  supervised = subject;
  return { subject, answer };
}

describe("a supervised process", () => {
  it("is started again when it is killed, and stays stopped when it is stopped", async () => {
    const { subject, answer } = await supervise(server);
    await subject.start();
    const first = await answer();
    expect(first).toBe(String(subject.pid()));

    subject.kill("SIGKILL");
    await expect.poll(() => answer().catch(() => first), { timeout: 10_000 }).not.toBe(first);
    expect(events).toContainEqual({ kind: "restarting", name: "subject", reason: "SIGKILL", delayMs: 250 });

    await subject.stop();
    expect(subject.pid()).toBeUndefined();
    await expect(answer()).rejects.toThrow();
    expect(events.filter(({ kind }) => kind === "restarting")).toHaveLength(1);
  });

  it("waits longer after each failure", async () => {
    const { subject } = await supervise(server);
    await subject.start();
    for (const times of [1, 2, 3]) {
      await expect.poll(() => subject.pid(), { timeout: 10_000 }).toBeDefined();
      await expect
        .poll(() => events.filter(({ kind }) => kind === "ready").length, { timeout: 10_000 })
        .toBe(times);
      subject.kill("SIGKILL");
      await expect.poll(() => events.filter(({ kind }) => kind === "restarting").length).toBe(times);
    }
    const pauses = events.flatMap((event) => (event.kind === "restarting" ? [event.delayMs] : []));
    expect(pauses).toEqual([250, 500, 1000]);
  });

  it("says why a first start failed, with the end of its log, and is not started again", async () => {
    const { subject } = await supervise('console.error("DATABASE_URL is not set"); process.exit(1)');
    await expect(subject.start()).rejects.toMatchObject({
      code: "process_exited",
      message: expect.stringContaining("exit status 1") as unknown,
    });
    await expect(subject.start()).rejects.toThrow("DATABASE_URL is not set");
    expect(events.filter(({ kind }) => kind === "restarting")).toEqual([]);
  });

  it("leaves nothing of its process group behind when it is stopped", async () => {
    const { subject, answer } = await supervise(`
      const child = require("node:child_process").spawn("sleep", ["1000"], { stdio: "ignore" });
      ${server.replace("String(process.pid)", "String(child.pid)")}
    `);
    await subject.start();
    const grandchild = Number(await answer());
    expect(await identifyProcess(grandchild)).toBeDefined();
    await subject.stop();
    await expect.poll(() => identifyProcess(grandchild)).toBeUndefined();
  });
});
