import { createServer } from "node:http";
import { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { connectBridge } from "./bridge-client.ts";
import { publishBridge } from "./bridge-global.ts";
import { confine } from "./confine.ts";
import { writeWholePanes } from "./whole-panes.ts";

// Before Next is loaded: a front that is killed meanwhile would leave this process behind, waiting for nobody.
process.on("disconnect", () => process.exit(0));
if (!process.connected) process.exit(0);

const dir = fileURLToPath(new URL("../..", import.meta.url));

const server = createServer({ keepAliveTimeout: 0 });
const bridge = connectBridge((socket) => {
  if (!(socket instanceof Socket)) return;
  server.emit("connection", socket);
  socket.resume();
});
publishBridge(bridge);
confine((url) => bridge.bytes(url));
writeWholePanes();

// Loaded only now: Next keeps the `fetch` and `fs` it finds.
const { default: createNext } = await import("next");
const app = createNext({ dev: false, dir, hostname: "localhost", port: 0 });
const handle = app.getRequestHandler();
await app.prepare();
server.on("request", (request, response) => {
  handle(request, response).catch((error: unknown) => {
    process.stderr.write(`${JSON.stringify({ level: 50, msg: "page failed", error: String(error) })}\n`);
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
});
process.send?.({ type: "ready" });
