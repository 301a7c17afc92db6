import { createServer } from "node:net";
import { LocalError } from "./errors.ts";

/** Distance of every port from `MULLION_PORT_BASE`. Remotes in development are at 1 to 4. */
const offsets = {
  shell: 0,
  "shell-2": 10,
  "shell-3": 20,
  identity: 1000,
  "identity-metrics": 1001,
  gateway: 1100,
  "service-profile": 1110,
  "service-insights": 1120,
  "mail-sink": 1200,
  smtp: 1210,
  registry: 1300,
  postgres: 1400,
  redis: 1410,
} as const;

/** A part of the platform that listens. */
export type PartName = keyof typeof offsets;

/** Port of every part. */
export type Ports = Readonly<Record<PartName, number>>;

/** Ports of the platform that starts at `base`. */
export function portsFrom(base: number): Ports {
  const entries = Object.entries(offsets).map(([name, offset]) => [name, base + offset] as const);
  return Object.fromEntries(entries) as Ports;
}

/** Throws `port_taken`, naming each port that another process listens on and what it is needed for. */
export async function checkPortsAreFree(ports: Ports, needed: readonly PartName[]): Promise<void> {
  const taken: string[] = [];
  for (const name of needed) {
    // `localhost` means both addresses to a browser: a stranger on either would get its requests.
    const free = await Promise.all(["127.0.0.1", "::1"].map((host) => isFree(ports[name], host)));
    if (free.includes(false))
      taken.push(`Port ${String(ports[name])}, needed for ${name}, is taken by another process.`);
  }
  if (taken.length === 0) return;
  const advice =
    "Stop that process, or move all ports of the platform: MULLION_PORT_BASE=23000 npm run up (the default is 3000).";
  throw new LocalError("port_taken", [...taken, advice].join("\n"));
}

async function isFree(port: number, host: string): Promise<boolean> {
  const server = createServer();
  return await new Promise((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code !== "EADDRINUSE" && error.code !== "EACCES");
    });
    server.listen({ port, host, exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
