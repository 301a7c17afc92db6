import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { json } from "node:stream/consumers";
import { hostSchema } from "@mullion/contracts";
import { createLogger } from "@mullion/http-service";
import { afterEach, beforeEach, expect, it } from "vitest";
import { announceHost, readHost } from "./announce-host.ts";

let dir: string;
let file: string;
let server: Server;
let statuses: number[];
let told: unknown[];

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "mullion-host-"));
  file = path.join(dir, "mf-manifest.json");
  const shared = [{ name: "react", version: "19.3.1", singleton: true }];
  await writeFile(file, JSON.stringify({ metaData: { pluginVersion: "2.9.2" }, shared }));
  statuses = [];
  told = [];
  server = createServer((request, response) => {
    void json(request).then((body) => {
      const status = statuses.shift() ?? 200;
      if (status === 200) told.push({ method: request.method, url: request.url, body });
      response.writeHead(status).end("{}");
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(dir, { recursive: true });
});

function announce(): ReturnType<typeof announceHost> {
  const { port } = server.address() as AddressInfo;
  const client = {
    registryUrl: `http://127.0.0.1:${port}`,
    channel: "production",
    getToken: async () => "token",
  };
  return announceHost(client, createLogger({ name: "test", level: "silent" }), { first: 1, most: 2, file });
}

it("P8 a front tells the registry which modules it shares and the contract of @mullion/session", async () => {
  await announce().done;
  const host = await readHost("production", file);
  expect(hostSchema.parse(host)).toEqual(host);
  expect(host).toMatchObject({
    channel: "production",
    shared: { react: "19.3.1", "@module-federation/webpack-bundler-runtime": "2.9.2" },
    contracts: { "@mullion/session#useBff": expect.stringMatching(/^[0-9a-f]{64}$/) as string },
  });
  expect(told).toEqual([{ method: "PUT", url: "/registry/hosts/production", body: host }]);
});

it("tries until the registry has heard it", async () => {
  statuses = [503, 500, 503];
  await announce().done;
  expect(told).toHaveLength(1);
});

it("a front that closes stops trying", async () => {
  statuses = Array<number>(10_000).fill(503);
  const announcement = announce();
  announcement.close();
  await announcement.done;
  expect(told).toEqual([]);
});

it("a build without a report starts all the same", async () => {
  await rm(file);
  await announce().done;
  expect(told).toEqual([]);
});
