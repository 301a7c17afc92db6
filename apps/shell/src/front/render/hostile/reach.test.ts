import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { runInThisContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { network, prelude, processes, reading, writing } from "./attacks.ts";
import { entryOf, startTestPages, type TestPages } from "./test-pages.ts";

const secret = "canary-4f1d2c7b90";
/** What a refusal says; an attack that fails because it is wrong says something else. */
const refusal =
  /^refused: (?:ERR_ACCESS_DENIED|ERR_UNKNOWN_BUILTIN_MODULE| \S+ belongs to no release| refused$| process\.report\.)/;

describe("a hostile remote, drawn on the server", { timeout: 60_000 }, () => {
  const servers: Server[] = [];
  let at: Readonly<Record<"directory" | "secretFile" | "frontSource" | "socketPath", string>> &
    Readonly<Record<"port" | "victim" | "front", number>>;
  let pages: TestPages;
  let victim: ChildProcess;
  let connections = 0;
  let builds = 0;

  const listen = async (where: { port: number } | { path: string }): Promise<Server> => {
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    servers.push(server);
    await new Promise<void>((resolve) => {
      server.listen(where, resolve);
    });
    return server;
  };
  beforeAll(async () => {
    vi.stubEnv("SESSION_KEYS", secret);
    const directory = await mkdtemp(path.join(tmpdir(), "mullion-hostile-"));
    const socketPath = path.join(directory, "redis.sock");
    const secretFile = path.join(directory, "secret.mjs");
    await writeFile(secretFile, `export default "${secret}"`);
    await listen({ path: socketPath });
    const address = (await listen({ port: 0 })).address();
    if (address === null || typeof address === "string") throw new Error("no port");
    victim = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    at = {
      ...{ directory, secretFile, socketPath, port: address.port },
      frontSource: path.resolve(import.meta.dirname, "../../server.ts"),
      ...{ victim: victim.pid ?? 0, front: process.pid },
    };
    pages = await startTestPages();
  });
  afterAll(async () => {
    await pages.close();
    victim.kill("SIGKILL");
    for (const server of servers) server.close();
    await rm(at.directory, { recursive: true });
  });

  /** Has a page drawn whose remote runs the attack while it is loaded; returns what came of it, and the page. */
  const attack = async (expression: string): Promise<{ outcome: string; html: string }> => {
    builds += 1;
    const remote = pages.publish("hostile", `1.0.${builds}-aaaaaa`, (name) =>
      entryOf(name, {
        load: `
          const at = ${JSON.stringify(at)};
          ${prelude}
          const late = new Promise((resolve) => setTimeout(resolve, 1500, "nothing within 1.5 s"));
          try { outcome = "REACHED " + String(await Promise.race([(async () => ${expression})(), late])); }
          catch (error) { outcome = "refused: " + (error?.code ?? "") + " " + error?.message; }`,
        draw: "outcome",
      }),
    );
    const { html } = await pages.open(remote);
    return { outcome: /(?:REACHED|refused:)[^<]*/.exec(html)?.[0] ?? html, html };
  };

  it("the attacks find what they aim at where nothing confines them", async () => {
    const unconfined = (expression: string | undefined): unknown => {
      const run = runInThisContext(`(require, at) => { ${prelude}; return ${expression ?? ""}; }`) as (
        require: NodeJS.Require,
        targets: typeof at,
      ) => unknown;
      return run(createRequire(import.meta.url), at);
    };
    expect(await unconfined(reading["fs.readFileSync"])).toContain(secret);
    await unconfined(network["a unix socket"]);
    await unconfined(network["TCP, as Redis, Postgres and identity listen"]);
    await vi.waitFor(() => {
      expect(connections).toBe(2);
    });
    connections = 0;
  });

  it.each(Object.entries({ ...reading, ...writing, ...processes, ...network }))(
    "SEC-56 P6 %s: refused",
    async (_name, expression) => {
      const { outcome, html } = await attack(expression);
      expect(outcome).toMatch(refusal);
      expect(html).not.toContain(secret);
    },
  );

  it("SEC-56 P6 its environment holds no secret and no address", async () => {
    const { outcome } = await attack("Object.keys(process.env).sort().join()");
    expect(outcome).toBe(
      "REACHED NEXT_DEPLOYMENT_ID,NEXT_PRIVATE_LOCAL_WEBPACK,NEXT_TELEMETRY_DISABLED,NODE_ENV,TZ",
    );
  });

  it("SEC-56 P6 after all of it no file, connection or process was reached, and render still draws", async () => {
    expect(connections).toBe(0);
    expect((await readdir(at.directory)).sort()).toEqual(["redis.sock", "secret.mjs"]);
    expect(victim.exitCode ?? victim.signalCode).toBeNull();
    const honest = pages.publish("honest", "1.0.0-aaaaaa", (name) => entryOf(name, { draw: '"still here"' }));
    expect((await pages.open(honest)).html).toContain("still here");
    expect(pages.lines.join("")).not.toContain(secret);
    expect(pages.faults).toEqual([]);
  });
});
