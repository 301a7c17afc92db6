import { once } from "node:events";
import { createServer } from "node:http";

/** A server that nobody should ever ask: an attacker's, or one that only the inside may reach. */
export interface Stranger {
  readonly url: string;
  /** What it was asked for all the same. */
  readonly asked: string[];
  close(): void;
}

/** Starts one on the loopback address. */
export async function createStranger(): Promise<Stranger> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method ?? ""} ${request.url ?? ""} ${request.headers.authorization ?? ""}`);
    response.end("{}");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("not a TCP address");
  return {
    url: `http://127.0.0.1:${String(address.port)}`,
    asked,
    close: () => void server.close(),
  };
}
