import { once } from "node:events";
import { createServer } from "node:http";
import { connectRedis } from "@mullion/token-store";
import { Pool } from "undici";
import { serveForBenchmark } from "./ready.ts";

// The pass-through that first asks Redis for the access token it sends on: the least that any proxy can do which keeps
// tokens from browsers and looks at the session on every request. Nothing is sealed, nothing is checked.
const [upstream = "", redisUrl = "", key = ""] = process.argv.slice(2);
const pool = new Pool(upstream, { connections: 64 });
const redis = connectRedis(redisUrl, () => undefined);
await once(redis, "ready");

const server = createServer((request, response) => {
  redis
    .hget(key, "token")
    .then((token) =>
      pool.stream(
        { path: request.url ?? "/", method: "GET", headers: { authorization: `Bearer ${token ?? ""}` } },
        ({ statusCode, headers }) => {
          response.writeHead(statusCode, headers);
          return response;
        },
      ),
    )
    .catch(() => {
      response.destroy();
    });
});
server.keepAliveTimeout = 60_000;
serveForBenchmark(server);
