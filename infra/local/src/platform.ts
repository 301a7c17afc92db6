import { join } from "node:path";
import type { Deployment } from "@mullion/cli";
import type { ClientRegistration } from "@mullion/contracts/client-registration";
import { type DemoAccount, demoAccounts } from "./accounts.ts";
import { appProcess, expectOk, runAppScript } from "./app-process.ts";
import {
  type AppName,
  type AppSpec,
  appSpecs,
  isShell,
  publicUrl,
  type ShellCount,
  shellInstances,
} from "./apps.ts";
import { buildAll } from "./build.ts";
import { platformClients } from "./clients.ts";
import { type DatabaseUrls, ensureDatabases } from "./databases.ts";
import { LocalError } from "./errors.ts";
import { type Layout, layoutOf, writeAddresses } from "./layout.ts";
import { repositoryRoot } from "./places.ts";
import { checkPortsAreFree, type PartName, type Ports, portsFrom } from "./ports.ts";
import { publishRemote, publishRemotes } from "./publish.ts";
import { takeRunState } from "./run-state.ts";
import { readOrCreateSecrets, type Secrets, writePrivately } from "./secrets.ts";
import { openSigningKeys, rootKeysText, type SigningKeys } from "./signing-keys.ts";
import { allOrFirstFailure, createSteps, type PrintLine, type Steps } from "./steps.ts";
import { startStores } from "./stores.ts";
import type { ProcessEvent, SupervisedProcess } from "./supervised-process.ts";
import { createSupervisor, type Supervisor } from "./supervisor.ts";

/** What to start, and where. */
export interface PlatformOptions {
  readonly portBase: number;
  /** Home of its data, logs and state. `.mullion` in the repository unless told. */
  readonly dataDir?: string | undefined;
  /** Fronts that share one origin and one Redis: `shell`, `shell-2`, `shell-3`. One unless told. */
  readonly shells?: ShellCount;
  /** Only these apps, for whoever works with a part of the platform. All of them unless told. */
  readonly apps?: readonly AppName[];
  /** Where identity is reached, when that is not its own port but a proxy in front of it. */
  readonly issuer?: string;
  /** Clients of identity beside the platform's own. */
  readonly clients?: readonly ClientRegistration[];
  /** Variables that replace or add to an app's own, by app; those of `shell` are every front's. */
  readonly overrides?: Readonly<Partial<Record<AppName, Readonly<Record<string, string>>>>>;
  /** Use these instead of embedded ones. */
  readonly databaseUrl?: string | undefined;
  readonly redisUrl?: string | undefined;
  /** False when what is built already is to be used as it is. */
  readonly build?: boolean;
  /** Shows progress; nothing is printed unless given. */
  readonly print?: PrintLine;
  /** Hears of processes that end and are started again. */
  readonly onProcessEvent?: (event: ProcessEvent) => void;
  /** Gives up starting. */
  readonly signal?: AbortSignal;
}

/** A platform that runs. */
export interface Platform {
  readonly shellUrl: string;
  readonly ports: Ports;
  readonly accounts: readonly DemoAccount[];
  readonly secrets: Secrets;
  readonly databases: DatabaseUrls;
  readonly redisUrl: string;
  url(name: PartName): string;
  /** One of its processes, to stop, start, restart or kill it. */
  process(name: PartName): SupervisedProcess;
  logFile(name: PartName): string;
  /** Publishes the built remote in a folder and puts it live, with a key of its own that the root key has delegated. */
  deploy(dir: string, options?: { readonly promote?: boolean }): Promise<Deployment>;
  /** Private key that the versions of a remote are signed with. */
  readonly signingKeyOf: SigningKeys["of"];
  /** Stops everything that was started. */
  stop(): Promise<void>;
}

/** Starts a whole platform and resolves when every part is ready. When it throws, nothing it started is left running. */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const layout = layoutOf(options.dataDir);
  const ports = portsFrom(options.portBase);
  const runState = await takeRunState(layout, options.portBase);
  const supervisor = createSupervisor((event) => {
    if (event.kind !== "ready") void runState.setChildren(supervisor.pids());
    options.onProcessEvent?.(event);
  });
  const stop = async (): Promise<void> => {
    await supervisor.stopAll();
    await runState.remove();
  };
  // What is being started is stopped at once, instead of when it would have been ready.
  options.signal?.addEventListener("abort", () => void supervisor.stopAll(), { once: true });
  try {
    await checkPortsAreFree(ports, neededPorts(options, ports));
    const started = await start({ options, layout, ports, supervisor });
    await runState.setPhase("ready");
    return { ...started, stop };
  } catch (error) {
    await stop();
    options.signal?.throwIfAborted();
    throw error;
  }
}

function neededPorts(options: PlatformOptions, ports: Ports): PartName[] {
  const external = { postgres: options.databaseUrl !== undefined, redis: options.redisUrl !== undefined };
  const idle: readonly PartName[] = shellInstances.slice(options.shells ?? 1);
  return (Object.keys(ports) as PartName[]).filter(
    (name) => !(name in external && external[name as "redis"]) && !idle.includes(name),
  );
}

interface Start {
  readonly options: PlatformOptions;
  readonly layout: Layout;
  readonly ports: Ports;
  readonly supervisor: Supervisor;
}

async function start({ options, layout, ports, supervisor }: Start): Promise<Omit<Platform, "stop">> {
  const log = (name: string): string => join(layout.logs, `${name}.log`);
  const steps = createSteps(options.print ?? (() => undefined), log);
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  const together = (actions: Promise<unknown>[]): Promise<void> =>
    allOrFirstFailure(actions, () => {
      failed.abort(new LocalError("command_failed", "given up because another step failed"));
    });

  const stores = startStores({ ...options, layout, ports, supervisor, steps, log });
  const building = options.build === false ? Promise.resolve() : build(steps, log("build"), signal);
  await together([stores, building]);
  signal.throwIfAborted();
  const { databaseUrl, redisUrl } = await stores;

  const files = { clientsFile: join(layout.data, "clients.json"), seedFile: join(layout.data, "seed.json") };
  const secrets = await steps.run("secrets", () =>
    writeSecrets(layout, files, { shellOrigin: publicUrl(ports, "shell"), clients: options.clients ?? [] }),
  );
  const accounts = demoAccounts(secrets);
  const databases = await ensureDatabases(databaseUrl);
  const issuer = options.issuer ?? publicUrl(ports, "identity");
  const keys = join(layout.data, "keys");
  const signingKeys = await openSigningKeys(keys);
  const specs = appSpecs(repositoryRoot, {
    ...{ ports, secrets, databases, redisUrl, ...files },
    artifactsDir: join(layout.data, "artifacts"),
    rootKeys: rootKeysText(signingKeys),
    shells: options.shells ?? 1,
    issuer,
    overrides: options.overrides ?? {},
  }).filter(({ app }) => options.apps?.includes(app) ?? true);

  await migrateAndSeed({ specs, steps, log, signal, together });
  signal.throwIfAborted();
  const startApp = (spec: AppSpec): Promise<void> =>
    steps.run(spec.name, () => supervisor.add(appProcess(spec, log(spec.name))));
  await together(specs.filter(({ name }) => !isShell(name)).map(startApp));
  signal.throwIfAborted();
  const publishing = { ports, issuer, secrets, signingKeys };
  const publishes = specs.some(({ app }) => app === "registry");
  await together([
    ...(publishes ? [steps.run("publish", (note) => publishRemotes(publishing, { signal, note }))] : []),
    ...specs.filter(({ name }) => isShell(name)).map(startApp),
  ]);
  signal.throwIfAborted();
  await steps.run("health", () => together(specs.map((spec) => untilReady(spec, signal))));
  signal.throwIfAborted();
  await writeAddresses(layout, {
    registry: publicUrl(ports, "registry"),
    issuer,
    shell: publicUrl(ports, "shell"),
    keys: join(keys, "teams"),
  });

  return {
    ...{ ports, accounts, secrets, databases, redisUrl, shellUrl: publicUrl(ports, "shell") },
    url: (name) => publicUrl(ports, name),
    process: (name) => supervisor.get(name),
    logFile: log,
    deploy: (dir, how) => publishRemote(publishing, dir, how),
    signingKeyOf: (remote) => signingKeys.of(remote),
  };
}

async function build(steps: Steps, logFile: string, signal: AbortSignal): Promise<void> {
  await steps.run("build", async (note) => {
    note(await buildAll({ logFile, signal }));
  });
}

async function writeSecrets(
  layout: Layout,
  files: { clientsFile: string; seedFile: string },
  { shellOrigin, clients: others }: { shellOrigin: string; clients: readonly ClientRegistration[] },
): Promise<Secrets> {
  const secrets = await readOrCreateSecrets(join(layout.data, "secrets.json"));
  const clients = { clients: [...platformClients(secrets, shellOrigin), ...others] };
  await writePrivately(files.clientsFile, JSON.stringify(clients, null, 2));
  await writePrivately(files.seedFile, JSON.stringify({ users: demoAccounts(secrets) }, null, 2));
  return secrets;
}

async function migrateAndSeed(context: {
  specs: readonly AppSpec[];
  steps: Steps;
  log: (name: string) => string;
  signal: AbortSignal;
  together: (actions: Promise<unknown>[]) => Promise<void>;
}): Promise<void> {
  const { specs, steps, log, signal, together } = context;
  await steps.run("migrate", () =>
    together(
      specs
        .filter(({ migrates }) => migrates)
        .map((spec) =>
          runAppScript(spec, "src/migrate.ts", { logFile: log(`${spec.name}-migrate`), signal }),
        ),
    ),
  );
  await steps.run("seed", () =>
    together(
      specs
        .filter(({ seeds }) => seeds)
        .map((spec) => runAppScript(spec, "src/seed.ts", { logFile: log(`${spec.name}-seed`), signal })),
    ),
  );
}

const readyWithinMs = 60_000;

async function untilReady(spec: AppSpec, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + readyWithinMs;
  for (;;) {
    signal.throwIfAborted();
    try {
      await expectOk(`${spec.url}/readyz`);
      return;
    } catch (error) {
      if (performance.now() > deadline) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new LocalError("not_ready", `${spec.name} is not ready: ${reason}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
