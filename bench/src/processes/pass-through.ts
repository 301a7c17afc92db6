import { createServer } from "node:http";
import { Pool } from "undici";
import { serveForBenchmark } from "./ready.ts";

// The least a proxy on undici can do: no session, no checks, no log, no header rules. What the BFF is held against.
const pool = new Pool(process.argv[2] ?? "", { connections: 64 });

const server = createServer((request, response) => {
  pool
    .stream({ path: request.url ?? "/", method: "GET" }, ({ statusCode, headers }) => {
      response.writeHead(statusCode, headers);
      return response;
    })
    .catch(() => {
      response.destroy();
    });
});
server.keepAliveTimeout = 60_000;
serveForBenchmark(server);
