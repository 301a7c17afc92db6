import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createKeyRing } from "./key-ring.ts";
import { connectRedis } from "./redis.ts";
import { createSessionId } from "./session-id.ts";
import { testRecord } from "./test-record.ts";
import { createTokenStore } from "./token-store.ts";

const ring = createKeyRing(`k1:${Buffer.alloc(32, 1).toString("base64")}`);
const urls = ["redis://HOST", "redis+sentinel://HOST/main", "redis+cluster://HOST"];

/** Accepts connections and never says a word. */
async function startSilentServer(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const sockets = new Set<{ destroy(): void }>();
  server.on("connection", (socket) => sockets.add(socket));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("not a TCP address");
  return `127.0.0.1:${address.port}`;
}

describe.each(urls)("%s", (url) => {
  it.each([
    ["is not there", async () => "127.0.0.1:1"],
    ["never answers", startSilentServer],
  ])(
    "a Redis that %s is an error within a second, for reads and writes, and not a hang",
    async (_how, host) => {
      const onError = vi.fn();
      const redis = connectRedis(url.replace("HOST", await host()), onError);
      onTestFinished(() => redis.disconnect());
      const store = createTokenStore(redis, ring, { idleTimeoutMs: 1_000 });
      // At the first moment, and when it has been tried for a while.
      for (const _attempt of [1, 2, 3]) {
        const startedAt = performance.now();
        const operations = [store.read(createSessionId()), store.create(createSessionId(), testRecord())];
        for (const operation of operations) {
          await expect(operation).rejects.toMatchObject({ code: "store_unavailable" });
        }
        expect(performance.now() - startedAt).toBeLessThan(1_000);
        const { length } = onError.mock.calls;
        await expect.poll(() => onError.mock.calls.length, { timeout: 5_000 }).toBeGreaterThan(length);
      }
    },
  );
});
