import { randomBytes } from "node:crypto";
import { startIdentity, type TestIdentity, type TestIdentityOptions } from "@mullion/identity/testing";
import { inheritedEnvironment } from "@mullion/local";
import { freePort } from "@mullion/testing";
import { GuideError } from "./errors.ts";
import { fillIn, readGuide } from "./guide.ts";
import { createGuideFolder, type Environment, type GuideFolder } from "./guide-folder.ts";
import type { Program } from "./program.ts";

/** An entry of identity's client file. */
export type ClientRegistration = NonNullable<TestIdentityOptions["extraClients"]>[number];

/** How a block is called, where not by Node alone. */
export interface Invocation {
  readonly command?: string;
  readonly args?: readonly string[];
}

/** A guide being followed: its clients are registered at a running identity, its blocks are programs. */
export interface Workbench {
  readonly identity: TestIdentity;
  readonly folder: GuideFolder;
  /** Address of the reader's own application. */
  readonly appUrl: string;
  /** What the guide's code finds in its environment. CLIENT_ID and CLIENT_SECRET are those of the first client. */
  readonly env: Environment;
  /** CLIENT_ID and CLIENT_SECRET of another client of the guide. */
  clientEnv(clientId: string): Environment;
  /** Starts a block with Node, or with another interpreter. */
  start(name: string, env?: Environment, how?: Invocation): Promise<Program>;
  /** Starts a block that listens, and waits until it says so. */
  serve(name: string, env?: Environment, how?: Invocation): Promise<Program>;
  /** Starts the guides' own API (docs/clients/microservice.md) and returns its address. */
  serveApi(): Promise<string>;
  /** Blocks that no test has run so far. */
  notRun(): string[];
  close(): Promise<void>;
}

/** What differs from one guide to another. */
export interface FollowOptions {
  readonly accessTokenTtlSeconds?: number;
  /** Clients beside the guide's. */
  readonly otherClients?: readonly ClientRegistration[];
  /** Further placeholders and variables. */
  readonly values?: Environment;
  /** A block that prints `NAME=value` lines, which are placeholders and variables too. */
  readonly makes?: string;
}

const assignment = /^([A-Z_]+)=(.*)$/gm;

async function makeValues(folder: GuideFolder, name: string): Promise<Environment> {
  const program = folder.launch(process.execPath, [await folder.write(name)], inheritedEnvironment());
  const printed = await program.ended();
  return Object.fromEntries(
    [...printed.matchAll(assignment)].map(([, key = "", value = ""]) => [key, value]),
  );
}

// Identity checks the entries as it checks its client file: a guide that shows a wrong one stops here.
function fillInClients(entries: readonly string[], values: Environment): ClientRegistration[] {
  return entries.map((entry) => {
    const secret = { CLIENT_SECRET: randomBytes(32).toString("hex") };
    return JSON.parse(fillIn(entry, { ...secret, ...values })) as ClientRegistration;
  });
}

/** Registers a guide's clients, as it writes them, at an identity of its own, and prepares to run its code. */
export async function followGuide(name: string, options: FollowOptions = {}): Promise<Workbench> {
  const guide = await readGuide(name);
  const folder = await createGuideFolder(guide);
  const appUrl = `http://localhost:${String(await freePort())}`;
  const made = options.makes === undefined ? {} : await makeValues(folder, options.makes);
  const values = { APP_URL: appUrl, ...options.values, ...made };
  const clients = fillInClients(guide.clients, values);
  const { accessTokenTtlSeconds } = options;
  const identity = await startIdentity({
    extraClients: [...clients, ...(options.otherClients ?? [])],
    ...(accessTokenTtlSeconds === undefined ? {} : { accessTokenTtlSeconds }),
  });

  const clientEnv = (clientId: string | undefined): Environment => {
    const client = clients.find((entry) => entry.clientId === clientId);
    if (client === undefined)
      throw new GuideError("block_unknown", `${name} has no client ${String(clientId)}`);
    const { clientSecret } = client;
    return {
      CLIENT_ID: client.clientId,
      ...(clientSecret === undefined ? {} : { CLIENT_SECRET: clientSecret }),
    };
  };
  const env: Environment = {
    ...inheritedEnvironment(),
    ...values,
    ISSUER: identity.issuer,
    PORT: new URL(appUrl).port,
    ...(clients.length === 0 ? {} : clientEnv(clients[0]?.clientId)),
  };
  const start: Workbench["start"] = async (block, extra, { command = process.execPath, args = [] } = {}) =>
    folder.launch(command, [await folder.write(block), ...args], { ...env, ...extra });

  return {
    ...{ identity, folder, appUrl, env, clientEnv, start },
    async serve(block, extra, how) {
      const program = await start(block, extra, how);
      await program.printed("listening");
      return program;
    },
    async serveApi() {
      const port = String(await freePort());
      const path = await folder.borrow("microservice", "api.mjs");
      await folder.launch(process.execPath, [path], { ...env, PORT: port }).printed("listening");
      return `http://localhost:${port}`;
    },
    notRun: () => folder.notRun(),
    async close() {
      await folder.close();
      await identity.close();
    },
  };
}
