import { createServer } from "node:http";
import { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { bridgeDescriptor, connectionCount, firstConnectionDescriptor } from "../bridge/messages.ts";
import { connectBridge } from "./bridge-client.ts";
import { publishBridge } from "./bridge-global.ts";
import { confine } from "./confine.ts";
import { freezeShared } from "./freeze.ts";
import { giveUpPowers } from "./powers.ts";
import { makeErrorsPrintable } from "./printable-errors.ts";
import { tuneReact } from "./tune-react.ts";

const { exit } = giveUpPowers();

// Before Next is loaded: a front that is killed meanwhile would leave this process behind, waiting for nobody.
const socket = new Socket({ fd: bridgeDescriptor });
socket.on("error", () => {
  exit(1);
});
socket.on("close", () => {
  exit(0);
});
const bridge = connectBridge(socket);
publishBridge(bridge.client);
confine((url) => bridge.client.bytes(url));
tuneReact();

function complain(msg: string, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${JSON.stringify({ msg, error: text.slice(0, 1_500) })}\n`);
}
// What a remote did not catch must not cost the visitors of the others their pages: front starts a new process and
// ends this one when nobody waits for it any more.
let isReady = false;
process.on("uncaughtException", (error: unknown) => {
  complain("an error that nobody caught", error);
  if (!isReady) exit(1);
  bridge.shaken(error instanceof Error ? error.message : String(error));
});
process.on("unhandledRejection", (error: unknown) => {
  complain("a rejection that nobody handled", error);
  if (!isReady) exit(1);
});

const dir = fileURLToPath(new URL("../..", import.meta.url));
// Loaded only now: Next keeps the `fetch` and `fs` it finds.
const { default: createNext } = await import("next");
const app = createNext({ dev: false, dir, hostname: "localhost", port: 0 });
const handle = app.getRequestHandler();
await app.prepare();
makeErrorsPrintable();

const server = createServer({ keepAliveTimeout: 0 });
server.on("request", (request, response) => {
  handle(request, response).catch((error: unknown) => {
    complain("page failed", error);
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
});
for (let index = 0; index < connectionCount; index += 1) {
  server.emit("connection", new Socket({ fd: firstConnectionDescriptor + index }));
}
freezeShared();
isReady = true;
bridge.ready();
