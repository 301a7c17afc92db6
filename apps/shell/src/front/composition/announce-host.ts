import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { federationRuntime, type Host } from "@mullion/contracts";
import sessionContract from "@mullion/session/contract.json" with { type: "json" };
import type { FastifyBaseLogger } from "fastify";
import { z } from "zod";
import { askRegistry, type RegistryClientOptions } from "./registry-client.ts";

/** Module federation's report of the build, as far as it is used. */
const reportSchema = z.object({
  metaData: z.object({ pluginVersion: z.string() }),
  shared: z.array(z.object({ name: z.string(), version: z.string() })),
});
const reportFile = fileURLToPath(new URL("../../../.next/static/chunks/mf-manifest.json", import.meta.url));
const defaults = { first: 500, most: 30_000, file: reportFile };

/** An announcement under way. */
export interface Announcement {
  /** Settles when the registry knows, or when `close` was called. */
  readonly done: Promise<void>;
  close(): void;
}

/** What this shell brings for remotes: the modules it shares, and the contract of `@mullion/session`. */
export async function readHost(channel: string, file: string): Promise<Host> {
  const { metaData, shared } = reportSchema.parse(JSON.parse(await readFile(file, "utf8")));
  return {
    channel,
    shared: {
      ...Object.fromEntries(shared.map(({ name, version }) => [name, version])),
      [federationRuntime]: metaData.pluginVersion,
    },
    contracts: Object.fromEntries(
      Object.entries(sessionContract).map(([exported, hash]) => [`@mullion/session#${exported}`, hash]),
    ),
  };
}

/**
 * Tells the registry what this shell brings, so that it takes no version that would not run here. Tried until it has worked: a
 * registry that is away keeps no front from starting.
 */
export function announceHost(
  client: RegistryClientOptions,
  log: FastifyBaseLogger,
  { first, most, file } = defaults,
): Announcement {
  const closing = new AbortController();
  const { signal } = closing;
  const isClosed = (): boolean => signal.aborted;

  async function run(): Promise<void> {
    const host = await readHost(client.channel, file);
    for (let waitMs = first; !isClosed(); waitMs = Math.min(waitMs * 2, most)) {
      try {
        await askRegistry(client, `/registry/hosts/${client.channel}`, { method: "PUT", json: host, signal });
        return;
      } catch (error) {
        if (isClosed()) return;
        log.warn({ err: error, waitMs }, "the registry was not told what this shell brings, trying again");
        await delay(waitMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }
  const done = run().catch((error: unknown) => {
    log.error({ err: error }, "the registry is not told what this shell brings: its build has no report");
  });
  return { done, close: () => closing.abort() };
}
