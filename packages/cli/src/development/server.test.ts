import { once } from "node:events";
import { createServer, request as httpRequest, type Server } from "node:http";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { BuildReport } from "./changes.ts";
import { type DevelopmentServer, startDevelopmentServer } from "./server.ts";

let next: Server;
let shell: Server;
let shellUrl: string;
let dev: DevelopmentServer;
let reports: BuildReport[];

/** Answers with what it was asked, so that a test sees what went through. */
async function startEcho(name: string): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    const { origin, cookie } = request.headers;
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({ name, url: request.url, origin, cookie, site: request.headers["sec-fetch-site"] }),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("not a TCP address");
  return { server, url: `http://127.0.0.1:${String(address.port)}` };
}

beforeEach(async () => {
  const nextEcho = await startEcho("next");
  const shellEcho = await startEcho("shell");
  ({ server: next } = nextEcho);
  ({ server: shell, url: shellUrl } = shellEcho);
  reports = [];
  dev = await startDevelopmentServer({
    port: 0,
    next: nextEcho.url,
    shell: shellUrl,
    onReport: (report) => reports.push(report),
  });
});

afterEach(async () => {
  await dev.close();
  next.close();
  shell.close();
});

/** Unlike `fetch` it sends the headers that only browsers may set. */
async function ask(
  path: string,
  headers: Record<string, string> = {},
): Promise<{
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  body: Record<string, unknown>;
}> {
  const { port } = new URL(dev.url);
  const request = httpRequest({
    host: "127.0.0.1",
    port,
    path,
    headers: { host: `localhost:${port}`, ...headers },
  });
  request.end();
  const [response] = (await once(request, "response")) as [import("node:http").IncomingMessage];
  let text = "";
  for await (const chunk of response.setEncoding("utf8") as AsyncIterable<string>) text += chunk;
  const isJson = response.headers["content-type"] === "application/json";
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: isJson ? (JSON.parse(text) as Record<string, unknown>) : { text },
  };
}

const entry = "/_next/static/chunks/remoteEntry.js";

it("lets pages of the shell read the remote's code", async () => {
  const { status, headers, body } = await ask(entry, { origin: shellUrl, "sec-fetch-site": "cross-site" });
  expect(status).toBe(200);
  expect(headers["access-control-allow-origin"]).toBe(shellUrl);
  expect(body).toMatchObject({ name: "next", url: entry });
  // Next refuses other sites by these.
  expect(body["origin"]).toBeUndefined();
  expect(body["site"]).toBeUndefined();
});

it.each([
  ["a page of another site", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
  [
    "a script element of another site",
    { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script" },
  ],
])("gives sources to no one else: %s", async (_who, headers) => {
  for (const path of [entry, "/", "/__mullion/changes"]) expect((await ask(path, headers)).status).toBe(403);
});

it("answers under this machine's own names only: DNS rebinding makes others", async () => {
  expect((await ask(entry, { host: "evil.example" })).status).toBe(421);
});

it("passes what its own page asks of /api on to the shell, as a page of the shell would ask", async () => {
  const own = { origin: dev.url, "sec-fetch-site": "same-origin", cookie: "__Host-mullion.sid=1" };
  const { body } = await ask("/api/bff/profile/me", own);
  expect(body).toMatchObject({
    name: "shell",
    url: "/api/bff/profile/me",
    origin: shellUrl,
    cookie: own.cookie,
  });
});

it.each([
  ["of another site", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
  ["of another port of this machine", { origin: "http://localhost:1", "sec-fetch-site": "same-site" }],
  ["that hides where it comes from", { "sec-fetch-site": "same-site" }],
])("lends the developer's session to no page %s", async (_which, headers) => {
  expect((await ask("/api/bff/profile/me", headers)).status).toBe(403);
});

it("tells pages how the build goes: first as it is, then every change", async () => {
  const report = async (body: unknown): Promise<number> =>
    (await fetch(dev.reportsUrl, { method: "POST", body: JSON.stringify(body) })).status;
  expect(await report({ state: "built", build: "one" })).toBe(204);
  const response = await fetch(`${dev.url}/__mullion/changes`, { headers: { origin: shellUrl } });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect(await reader?.read()).toMatchObject({ value: 'data: {"state":"built","build":"one"}\n\n' });
  expect(await report({ state: "failed", errors: ["app.tsx: unexpected token"] })).toBe(204);
  expect((await reader?.read())?.value).toContain("unexpected token");
  expect(await report({ state: "odd" })).toBe(400);
  expect(reports.map(({ state }) => state)).toEqual(["built", "failed"]);
  await reader?.cancel();
});

it("closes although a page still holds a socket that goes through to the shell", async () => {
  shell.on("upgrade", (_request, socket) => {
    socket.write("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n");
  });
  const { port } = new URL(dev.url);
  const headers = { host: `localhost:${port}`, connection: "upgrade", upgrade: "websocket", origin: dev.url };
  const request = httpRequest({ host: "127.0.0.1", port, path: "/api/bff/insights/feed", headers });
  request.end();
  const [, socket] = (await once(request, "upgrade")) as [unknown, import("node:net").Socket];
  const gone = once(socket, "close");
  await dev.close();
  await gone;
});

it("says so when its port is taken", async () => {
  const port = Number(new URL(dev.url).port);
  const second = startDevelopmentServer({ port, next: shellUrl, shell: shellUrl, onReport: () => undefined });
  await expect(second).rejects.toMatchObject({ code: "port_taken", exitCode: 2 });
});
