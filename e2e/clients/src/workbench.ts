import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { startIdentity, type TestIdentity, type TestIdentityOptions } from "@mullion/identity/testing";
import { inheritedEnvironment } from "@mullion/local";
import { freePort } from "@mullion/testing";
import { GuideError } from "./errors.ts";
import { fillIn, type RunnableBlock, readGuide } from "./guide.ts";
import { type Program, startProgram } from "./program.ts";

type ClientRegistration = NonNullable<TestIdentityOptions["extraClients"]>[number];
type Environment = Readonly<Record<string, string>>;

/** A guide being followed: its clients are registered at a running identity, its blocks are files in a folder. */
export interface Workbench {
  readonly identity: TestIdentity;
  readonly folder: string;
  /** Address of the reader's own application. */
  readonly appUrl: string;
  /** What the guide's code finds in its environment. CLIENT_ID and CLIENT_SECRET are those of the first client. */
  readonly env: Environment;
  /** CLIENT_ID and CLIENT_SECRET of another client of the guide. */
  clientEnv(clientId: string): Environment;
  /** Writes a block to the folder and returns its path. */
  file(name: string): Promise<string>;
  /** Starts a block that listens, and waits until it says so. */
  serve(name: string, env?: Environment): Promise<Program>;
  /** Starts a block with Node. */
  start(name: string, env?: Environment): Promise<Program>;
  /** Starts a block with another interpreter. */
  startWith(command: string, name: string, env?: Environment): Promise<Program>;
  /** Starts the guides' own API (docs/clients/microservice.md) and returns its address. */
  serveApi(): Promise<string>;
  /** Starts a file of the folder that is no block, as `serve` does. */
  serveFile(path: string, env?: Environment): Promise<Program>;
  /** The text of a block for a shell, counted from 0. */
  shell(index: number): string;
  /** Blocks that no test has run so far. */
  notRun(): string[];
  close(): Promise<void>;
}

const nodeModules = resolve(import.meta.dirname, "../node_modules");

function placeholders(appUrl: string, position: number): Environment {
  return { APP_URL: appUrl, CLIENT_SECRET: `guide-${String(position)}-${randomBytes(24).toString("hex")}` };
}

/** Registers a guide's clients, as it writes them, at an identity of its own, and prepares a folder for its code. */
export async function followGuide(
  name: string,
  options: { readonly accessTokenTtlSeconds?: number; readonly values?: Environment } = {},
): Promise<Workbench> {
  const guide = await readGuide(name);
  const appUrl = `http://localhost:${String(await freePort())}`;
  const registered = guide.clients.map((entry, position) => {
    const values = { ...placeholders(appUrl, position), ...options.values };
    // Identity checks it as it checks its client file: a guide that shows a wrong entry stops here.
    return JSON.parse(fillIn(entry, values)) as ClientRegistration;
  });
  const { accessTokenTtlSeconds } = options;
  const identity = await startIdentity({
    extraClients: registered,
    ...(accessTokenTtlSeconds === undefined ? {} : { accessTokenTtlSeconds }),
  });
  const folder = await mkdtemp(join(tmpdir(), `mullion-guide-${name}-`));
  await symlink(nodeModules, join(folder, "node_modules"));
  const programs: Program[] = [];
  const untouched = new Set<RunnableBlock>(guide.runnable);

  const take = (block: RunnableBlock | undefined, what: string): RunnableBlock => {
    if (block === undefined) throw new GuideError("block_unknown", `${name} has no block ${what}`);
    untouched.delete(block);
    return block;
  };
  const clientEnv = (clientId: string): Environment => {
    const client = registered.find((entry) => entry.clientId === clientId);
    if (client === undefined) throw new GuideError("block_unknown", `${name} has no client ${clientId}`);
    const { clientSecret } = client;
    return { CLIENT_ID: clientId, ...(clientSecret === undefined ? {} : { CLIENT_SECRET: clientSecret }) };
  };
  const env: Environment = {
    ...inheritedEnvironment(),
    ISSUER: identity.issuer,
    APP_URL: appUrl,
    PORT: new URL(appUrl).port,
    ...(registered[0] === undefined ? {} : clientEnv(registered[0].clientId)),
    ...options.values,
  };

  const file = async (block: string): Promise<string> => {
    const { code } = take(
      guide.runnable.find((candidate) => candidate.name === block),
      block,
    );
    const path = join(folder, block);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, code);
    return path;
  };
  const launch = (command: string, path: string, extra: Environment = {}): Program => {
    const program = startProgram({ command, args: [path], cwd: folder, env: { ...env, ...extra } });
    programs.push(program);
    return program;
  };
  const startWith = async (command: string, block: string, extra?: Environment): Promise<Program> =>
    launch(command, await file(block), extra);
  const serveFile = async (path: string, extra?: Environment): Promise<Program> => {
    const program = launch(process.execPath, path, extra);
    await program.printed("listening");
    return program;
  };
  const start = (block: string, extra?: Environment): Promise<Program> =>
    startWith(process.execPath, block, extra);

  return {
    ...{ identity, folder, appUrl, env, clientEnv, file, start, startWith, serveFile },
    serve: async (block, extra) => serveFile(await file(block), extra),
    async serveApi() {
      const api = await readGuide("microservice");
      const path = join(folder, "guides-api.mjs");
      await writeFile(path, api.runnable.find((block) => block.name === "api.mjs")?.code ?? "");
      const port = String(await freePort());
      await serveFile(path, { PORT: port });
      return `http://localhost:${port}`;
    },
    shell(index) {
      const blocks = guide.runnable.filter(({ language }) => language === "sh");
      return take(blocks[index], `number ${String(index)} for a shell`).code;
    },
    notRun: () => [...untouched].map((block) => block.name || block.code),
    async close() {
      await Promise.all(programs.map((program) => program.stop()));
      await rm(folder, { recursive: true, force: true });
      await identity.close();
    },
  };
}
