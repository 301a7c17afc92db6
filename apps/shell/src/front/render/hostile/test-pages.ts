import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import Fastify from "fastify";
import { type Page, ticketHeader } from "../../../bridge/protocol.ts";
import { ShellError } from "../../errors.ts";
import { type RenderFault, type RenderProcess, startRender } from "../render-process.ts";
import type { RenderLimits } from "../watchdog.ts";

/** A page that render drew, as a visitor gets it. */
export interface DrawnPage {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly html: string;
}

/** A real render process with made-up remotes and visitors, and what it asked and reported. */
export interface TestPages {
  readonly render: RenderProcess;
  readonly faults: RenderFault[];
  readonly failures: string[];
  readonly lines: string[];
  /** Tickets of the pages under way, newest last. */
  readonly tickets: ReadonlyMap<string, { readonly visitor: string }>;
  /** Server bundles by URL. */
  readonly files: Map<string, Uint8Array>;
  /** Makes a version of a remote whose entry is this code, and returns what names it. */
  publish(name: string, version: string, code: (container: string) => string): TestRemote;
  /** Lets the data of pages wait until the function that it returns is called. */
  holdReads(): () => void;
  /** Has a visitor's page drawn. */
  open(remote: TestRemote, visitor?: string): Promise<DrawnPage>;
  close(): Promise<void>;
}

/** One published version. */
export interface TestRemote {
  readonly name: string;
  readonly version: string;
  readonly container: string;
  readonly serverEntry: string;
}

const integrity = `sha384-${"A".repeat(64)}`;
const built = fileURLToPath(new URL("../../../../.next/BUILD_ID", import.meta.url));

/**
 * An entry by hand: the container that the federation runtime expects. `evaluate` runs when it is loaded, `load` (may
 * wait) before its page is drawn, and the page shows what `draw` returns.
 */
export function entryOf(
  container: string,
  { evaluate = "", load = "", draw = '"drawn"' }: { evaluate?: string; load?: string; draw?: string },
): string {
  return `${evaluate};
    module.exports[${JSON.stringify(container)}] = {
      init() {},
      async get() { let outcome; ${load}; return () => ({ default: () => ${draw} }); },
    };`;
}

function pageOf(remote: TestRemote, visitor: string): Page {
  return {
    kind: "remote",
    session: {
      user: { id: visitor, name: visitor, email: `${visitor}@mullion.test` },
      roles: ["viewer"],
      expiresAt: "2030-01-01T00:00:00.000Z",
      idleExpiresAt: "2029-12-31T12:00:00.000Z",
    },
    navigation: [],
    visit: { composition: "test", pin: "test" },
    overrides: [],
    devtools: null,
    remote: {
      kind: "release",
      name: remote.name,
      title: remote.name,
      version: remote.version,
      container: remote.container,
      expose: "./app",
      bases: [new URL(".", remote.serverEntry).href],
      entry: { path: "entry.js", integrity },
      styles: [],
      scripts: [],
      hashes: null,
    },
    serverEntry: remote.serverEntry,
    data: ["/profile/me"],
  };
}

/** Collects what a page's request is answered with. */
function collect(): { sink: Writable; text(): string } {
  const chunks: Buffer[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { sink, text: () => Buffer.concat(chunks).toString() };
}

/**
 * Starts render as front does, with answers of its own. The shell has to be built.
 * @param pageTimeoutMs how long a page is waited for.
 */
export async function startTestPages(
  limits: Partial<RenderLimits> = {},
  pageTimeoutMs = 30_000,
): Promise<TestPages> {
  if (!existsSync(built))
    throw new Error("the shell is not built: pnpm turbo run build --filter=@mullion/shell");
  const files = new Map<string, Uint8Array>();
  const tickets = new Map<string, { readonly visitor: string; readonly page: Page }>();
  let held: Promise<undefined> | null = null;
  const faults: RenderFault[] = [];
  const failures: string[] = [];
  const lines: string[] = [];
  const { log } = Fastify({
    logger: { level: "debug", stream: { write: (line: string) => void lines.push(line) } },
  });
  const redeem = (ticket: string): { visitor: string; page: Page } => {
    const found = tickets.get(ticket);
    if (found === undefined) throw new ShellError("bad_ticket", "The render ticket is not valid.");
    return found;
  };
  const render = await startRender(
    {
      page: (ticket) => redeem(ticket).page,
      read: async (ticket, path) => {
        await held;
        return { status: 200, data: { of: redeem(ticket).visitor, path } };
      },
      bytes: async (url) => {
        const bytes = files.get(url.split("?", 1)[0] ?? url);
        if (bytes === undefined) throw new ShellError("unknown_artifact", `${url} belongs to no release.`);
        return bytes;
      },
      failed: (_ticket, code) => {
        failures.push(code);
      },
    },
    log,
    { limits, onFault: (fault) => faults.push(fault) },
  );
  return {
    ...{ render, faults, failures, lines, files, tickets },
    publish(name, version, code) {
      const container = `${name}_${version.replaceAll(/[^a-z0-9]/g, "_")}`;
      const serverEntry = `https://artifacts.test/${name}/${version}/entry.js`;
      files.set(serverEntry, Buffer.from(code(container)));
      return { name, version, container, serverEntry };
    },
    holdReads() {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      held = promise;
      return () => {
        held = null;
        resolve(undefined);
      };
    },
    async open(remote, visitor = "vera") {
      const ticket = randomBytes(32).toString("base64url");
      tickets.set(ticket, { visitor, page: pageOf(remote, visitor) });
      const { sink, text } = collect();
      let head = { status: 0, headers: {} };
      try {
        const pages = await render.connect();
        await pages.stream(
          {
            path: `/${remote.name}`,
            method: "GET",
            headers: { host: "localhost", accept: "text/html", [ticketHeader]: ticket },
            headersTimeout: pageTimeoutMs,
            bodyTimeout: pageTimeoutMs,
          },
          ({ statusCode, headers }) => {
            head = { status: statusCode, headers };
            return sink;
          },
        );
      } finally {
        tickets.delete(ticket);
      }
      return { ...head, html: text() };
    },
    close: () => render.close(),
  };
}
