import { createServer, type ServerResponse } from "node:http";
import { serveForBenchmark } from "./ready.ts";

// The API behind all contenders: 1 KB of JSON, or as many bytes as `?bytes=` says; counts what is sent to it.
const entry = { id: "7c1f4f0e", name: "Ada Reyes", pinned: true, note: "x".repeat(180) };
const profile = Buffer.from(JSON.stringify({ entries: [entry, entry, entry, entry] }).padEnd(1_024));
const chunk = Buffer.alloc(65_536, "x");

function sendBytes(response: ServerResponse, total: number): void {
  response.writeHead(200, { "content-type": "application/octet-stream", "content-length": total });
  let left = total;
  const more = (): void => {
    while (left > 0) {
      const part = left >= chunk.length ? chunk : chunk.subarray(0, left);
      left -= part.length;
      if (!response.write(part)) return void response.once("drain", more);
    }
    response.end();
  };
  more();
}

const server = createServer((request, response) => {
  const asked = request.url?.split("?bytes=")[1];
  if (asked !== undefined) {
    sendBytes(response, Number(asked));
    return;
  }
  response.writeHead(200, { "content-type": "application/json", "content-length": profile.length });
  response.end(profile);
});
server.keepAliveTimeout = 60_000;
serveForBenchmark(server);
