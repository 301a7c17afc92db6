import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { startEdge } from "@mullion/edge";
import { findNginx, type Platform, startPlatform } from "@mullion/local";
import { childEnvironment } from "../env.ts";
import { type BenchProcess, forkServer } from "../processes/child.ts";
import { sessionOf } from "../session-records.ts";
import { edgePort, monolithPort, portBase, shellOrigin } from "./addresses.ts";
import type { Side } from "./browser.ts";
import { readPageProps } from "./page-props.ts";

/** The same pages twice: as remotes of the shell, and as one application. */
export interface PageContenders {
  /** Session cookie of the person who looks at them. */
  readonly cookie: { readonly name: string; readonly value: string };
  /** Starts Next's handler alone, of the shell or of the monolith, in a process of its own. */
  startRenderer(side: Side): Promise<BenchProcess>;
  stop(): Promise<void>;
}

const repository = resolve(import.meta.dirname, "../../..");
const fixture = join(repository, "bench/fixtures/monolith");
const run = promisify(execFile);
const cookieName = "__Host-mullion.sid";

async function buildMonolith(): Promise<void> {
  const next = createRequire(join(fixture, "package.json")).resolve("next/dist/bin/next");
  const env = childEnvironment({ NEXT_TELEMETRY_DISABLED: "1" });
  await run(process.execPath, [next, "build"], { cwd: fixture, env });
}

async function startShell(say: (line: string) => void): Promise<Platform> {
  return startPlatform({
    portBase,
    dataDir: join(repository, ".mullion/bench-pages"),
    build: false,
    print: say,
    overrides: {
      registry: { PUBLIC_URL: `http://127.0.0.1:${edgePort}` },
      gateway: { RATE_LIMIT_PER_SUBJECT: "1000000", LOG_LEVEL: "warn" },
    },
  });
}

/** Starts the platform and the monolith, each behind an edge of its own. The builds of the shell and its remotes must be there. */
export async function startPageContenders(say: (line: string) => void): Promise<PageContenders> {
  const nginx = await findNginx();
  if (nginx === null) throw new Error("this benchmark needs nginx");
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const stopOne of stops.splice(0).reverse()) await stopOne();
  };
  const edge = async (port: number, shellServer: string): Promise<void> => {
    const registryServers = [`127.0.0.1:${portBase + 1_300}`];
    const hosts = { shellHost: "localhost", artifactsHost: "127.0.0.1" };
    const started = await startEdge({ nginx, port, ...hosts, shellServers: [shellServer], registryServers });
    stops.push(() => started.stop());
  };
  try {
    say("  building the monolith");
    await buildMonolith();
    await edge(edgePort, `127.0.0.1:${portBase}`);
    const platform = await startShell(say);
    stops.push(() => platform.stop());
    const account = platform.accounts.find(({ roles }) => roles.includes("admin"));
    if (account === undefined) throw new Error("the platform has no administrator");
    const cookie = { name: cookieName, value: await sessionOf(platform, account) };
    const folder = await mkdtemp(join(tmpdir(), "mullion-pages-"));
    stops.push(() => rm(folder, { recursive: true }));
    const propsFile = join(folder, "props.json");
    await writeFile(propsFile, JSON.stringify(await readPageProps(`${cookie.name}=${cookie.value}`)));
    const folders: Readonly<Record<Side, string>> = {
      federated: join(repository, "apps/shell"),
      monolith: fixture,
    };
    const startRenderer = (side: Side): Promise<BenchProcess> =>
      forkServer("next-pages.ts", [folders[side], propsFile, shellOrigin]);
    const monolith = await startRenderer("monolith");
    stops.push(monolith.stop);
    await edge(monolithPort, new URL(monolith.origin).host);
    return { cookie, startRenderer, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
