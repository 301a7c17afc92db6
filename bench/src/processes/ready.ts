import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Serves on a free port, tells the benchmark that forked this process where, and ends with it. */
export function serveForBenchmark(server: Server): void {
  process.once("disconnect", () => process.exit(0));
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo;
    process.send?.({ origin: `http://127.0.0.1:${port}` });
  });
}
