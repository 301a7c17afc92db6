import { Redis } from "ioredis";
import pg from "pg";
import { expect, it } from "vitest";
import { identifyProcess } from "./process-identity.ts";
import { startTestServers } from "./test-servers.ts";

async function query(connectionString: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

it("throwaway servers answer, refuse a wrong password, and are gone after stop", async () => {
  const servers = await startTestServers();
  try {
    expect(await query(servers.databaseUrl, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    const wrongPassword = servers.databaseUrl.replace(/:[^:@]+@/, ":wrong@");
    await expect(query(wrongPassword, "SELECT 1")).rejects.toThrow("password authentication failed");

    const redis = new Redis(servers.redisUrl, { lazyConnect: true });
    await redis.connect();
    expect(await redis.ping()).toBe("PONG");
    redis.disconnect();
    const nameless = new Redis(servers.redisUrl.replace(/:[^:@]+@/, ""), { retryStrategy: () => null });
    nameless.on("error", () => undefined);
    await expect(nameless.get("key")).rejects.toThrow("NOAUTH");
    nameless.disconnect();
  } finally {
    await servers.stop();
  }
  await expect(query(servers.databaseUrl, "SELECT 1")).rejects.toThrow("ECONNREFUSED");
});

it("both servers listen on the loopback address only", async () => {
  const servers = await startTestServers();
  try {
    const listening = await query(servers.databaseUrl, "SHOW listen_addresses");
    expect(listening).toEqual([{ listen_addresses: "127.0.0.1" }]);
    const redis = new Redis(servers.redisUrl);
    expect(await redis.config("GET", "bind")).toEqual(["bind", "127.0.0.1"]);
    redis.disconnect();
  } finally {
    await servers.stop();
  }
});

it("a process identity tells a running process from one that ended", async () => {
  const identity = await identifyProcess(process.pid);
  expect(identity).toMatchObject({ pid: process.pid });
  expect(await identifyProcess(2 ** 22 + 1)).toBeUndefined();
});
