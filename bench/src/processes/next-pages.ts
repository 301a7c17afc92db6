import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { PageProps } from "../pages/page-props.ts";
import { serveForBenchmark } from "./ready.ts";

// Next's production handler of one application, without the front: what drawing its pages costs. The props of each page are
// those that the shell drew it from. Calls of the API go to the shell.
const [dir = "", propsFile = "", apiOrigin = ""] = process.argv.slice(2);
const props = JSON.parse(readFileSync(propsFile, "utf8")) as Record<string, PageProps>;

type NextFactory = (options: { dev: false; dir: string; hostname: string; port: number }) => {
  prepare(): Promise<void>;
  getRequestHandler(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
};

/** What the shell's pages ask the front for; a ticket is the path of its page. */
const bridge = {
  page: async (path: string) => {
    const { content, data, ...frame } = props[path] ?? {};
    const remote = content?.remote;
    const serverEntry = `${remote?.bases[0] ?? ""}_next/static/ssr/remoteEntry.js`;
    return { ...frame, kind: "remote", remote, serverEntry, data: Object.keys(data ?? {}) };
  },
  read: async (path: string, read: string) => ({ status: 200, data: props[path]?.data[read] }),
  failed: async (path: string, code: string) => {
    throw new Error(`the remote of ${path} was not drawn: ${code}`);
  },
};

function propsOfMonolith(path: string): object {
  const { content: _content, visit: _visit, ...rest } = { visit: null, ...props[path] };
  return rest;
}

Object.assign(globalThis, { __MULLION_BRIDGE__: bridge, __MONOLITH_PROPS__: propsOfMonolith });

const isShell = existsSync(join(dir, "src/render"));
/** What the shell's render process changes in React, and afterwards freezes: part of what its pages cost. */
async function shellModule<T>(file: string): Promise<T> {
  return (await import(join(dir, "src/render", file))) as T;
}
if (isShell) (await shellModule<{ tuneReact(): void }>("tune-react.ts")).tuneReact();

// Remotes' server code requires React from where the process runs.
process.chdir(dir);
const createNext = createRequire(join(dir, "package.json"))("next") as NextFactory;
const app = createNext({ dev: false, dir, hostname: "localhost", port: 0 });
const handle = app.getRequestHandler();
await app.prepare();
if (isShell) (await shellModule<{ freezeShared(): void }>("freeze.ts")).freezeShared();

/** Hands a call on to the shell, whose session it is. */
function passOn(incoming: IncomingMessage, response: ServerResponse): void {
  const headers = { ...incoming.headers, host: new URL(apiOrigin).host };
  const call = request(apiOrigin + (incoming.url ?? ""), { method: incoming.method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  call.on("error", () => response.destroy());
  response.on("close", () => call.destroy());
  incoming.pipe(call);
}

const server = createServer((incoming, response) => {
  const path = incoming.url?.split("?", 1)[0] ?? "/";
  if (path.startsWith("/api/")) {
    passOn(incoming, response);
    return;
  }
  incoming.headers["x-mullion-ticket"] = path;
  handle(incoming, response).catch(() => response.destroy());
});
server.keepAliveTimeout = 60_000;
serveForBenchmark(server);
