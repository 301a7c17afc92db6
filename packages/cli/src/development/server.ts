import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Socket } from "node:net";
import { createProxyServer, type ProxyServer } from "httpxy";
import { CliError } from "../errors.ts";
import { type BuildReport, buildReportSchema, createChanges } from "./changes.ts";
import { hasOwnHost, mayCallShell, mayRead } from "./request-origin.ts";

/** What the development server of a remote stands in front of. */
export interface DevelopmentServerOptions {
  /** 0 for any that is free. */
  readonly port: number;
  /** Where `next dev` listens. */
  readonly next: string;
  /** Origin of the shell. */
  readonly shell: string;
  readonly onReport: (report: BuildReport) => void;
}

/** The origin of a remote in development: its pages, its code for pages of the shell, and the shell's API for its own. */
export interface DevelopmentServer {
  readonly url: string;
  /** Where the build reports to; known to nobody else. */
  readonly reportsUrl: string;
  close(): Promise<void>;
}

const longestReportBytes = 256 * 1024;

async function readReport(request: IncomingMessage): Promise<BuildReport | undefined> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8") as AsyncIterable<string>) {
    text += chunk;
    if (text.length > longestReportBytes) return undefined;
  }
  try {
    return buildReportSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${why}\n`);
}

/** Lets pages of the shell read what they load from here; a shell on another host asks for leave first. */
function allowShell(request: IncomingMessage, response: ServerResponse, shell: string): void {
  response.setHeader("vary", "origin");
  if (request.headers.origin !== shell) return;
  response.setHeader("access-control-allow-origin", shell);
  if (request.headers["access-control-request-private-network"] === "true") {
    response.setHeader("access-control-allow-private-network", "true");
  }
}

/** Next refuses what other sites ask of it by these; whoever got here may. */
function withoutSite(request: IncomingMessage): IncomingMessage {
  delete request.headers.origin;
  delete request.headers["sec-fetch-site"];
  delete request.headers["sec-fetch-mode"];
  return request;
}

/** As a page of the shell would have sent it. */
function fromShell(request: IncomingMessage, shell: string): IncomingMessage {
  if (request.headers.origin !== undefined) request.headers.origin = shell;
  delete request.headers.referer;
  return request;
}

function createProxy(): ProxyServer {
  const proxy = createProxyServer({ changeOrigin: true, proxyTimeout: 0 });
  proxy.on("error", (_error, _request, response) => {
    if (response instanceof Socket) response.destroy();
    else if (response?.headersSent === false)
      refuse(response, 502, "The server behind this one does not answer.");
    else response?.destroy();
  });
  return proxy;
}

const isShells = (url: string): boolean => url.startsWith("/api/");

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (cause) {
    throw new CliError("port_taken", `Port ${String(port)} is taken by another process.`, {
      hint: "Give another one with --port, or none: a free one is found.",
      cause,
    });
  }
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/**
 * Starts the server in front of a remote's `next dev`. One origin for all of it, so that the remote's own page finds
 * `/api` where it finds it in the shell.
 * @throws {CliError} `port_taken`.
 */
export async function startDevelopmentServer(options: DevelopmentServerOptions): Promise<DevelopmentServer> {
  const { next, shell, onReport } = options;
  const proxy = createProxy();
  const changes = createChanges(onReport);
  const reportsPath = `/__mullion/reports/${randomBytes(16).toString("hex")}`;
  const origins: { own: Set<string>; shell: string } = { own: new Set(), shell };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? "/";
    if (url === reportsPath) {
      const report = await readReport(request);
      if (report !== undefined) changes.publish(report);
      response.writeHead(report === undefined ? 400 : 204).end();
    } else if (isShells(url)) {
      if (!mayCallShell(request.headers, origins)) refuse(response, 403, "Only this server's own page may.");
      else await proxy.web(fromShell(request, shell), response, { target: shell });
    } else if (!mayRead(request.headers, origins)) {
      refuse(response, 403, `Pages of ${shell} may read this; set it with --shell.`);
    } else {
      allowShell(request, response, shell);
      if (request.method === "OPTIONS") response.writeHead(204).end();
      else if (url === "/__mullion/changes") changes.follow(response);
      // Whoever has to sign in does so at the shell: its session is good for this origin on the same host.
      else if (url.startsWith("/signin"))
        response.writeHead(307, { location: new URL(url, shell).href }).end();
      else await proxy.web(withoutSite(request), response, { target: next });
    }
  }

  const server = createServer((request, response) => {
    if (!hasOwnHost(request.headers, origins)) refuse(response, 421, "Ask for localhost.");
    else answer(request, response).catch(() => response.destroy());
  });
  // The server forgets a connection that was upgraded, and would leave it open when it closes.
  const upgraded = new Set<Socket>();
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    upgraded.add(socket);
    socket.once("close", () => upgraded.delete(socket));
    const target = isShells(request.url ?? "/") ? shell : next;
    if (!hasOwnHost(request.headers, origins) || !mayCallShell(request.headers, origins)) socket.destroy();
    else {
      const passed = target === shell ? fromShell(request, shell) : withoutSite(request);
      proxy.ws(passed, socket, { target, ws: true }, head).catch(() => socket.destroy());
    }
  });
  const port = await listen(server, options.port);
  const names = ["localhost", "127.0.0.1"].map((host) => `http://${host}:${String(port)}`);
  for (const name of names) origins.own.add(name);
  return {
    url: `http://localhost:${String(port)}`,
    reportsUrl: `http://127.0.0.1:${String(port)}${reportsPath}`,
    async close() {
      if (!server.listening) return;
      changes.close();
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      for (const socket of upgraded) socket.destroy();
      await closed;
    },
  };
}
