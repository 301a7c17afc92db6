import type { Logger } from "pino";
import type { ClientRegistry } from "../clients/client-registry.ts";
import { type KeyWork, maintainKeys } from "./key-rotation.ts";
import type { SigningKeys } from "./signing-keys.ts";

const intervalMs = 60_000;

/** Keeps the keys as they should be. */
export interface KeyMaintenance {
  /** Does what is due, now. */
  run(): Promise<void>;
  stop(): Promise<void>;
}

/** Looks every minute whether something is due. */
export function startKeyMaintenance(work: KeyWork, logger: Logger): KeyMaintenance {
  let running = Promise.resolve();
  function run(): Promise<void> {
    running = running
      .then(() => maintainKeys(work))
      .catch((error: unknown) => {
        logger.error({ err: error }, "the signing keys could not be looked after");
      });
    return running;
  }
  const timer = setInterval(() => void run(), intervalMs).unref();
  return {
    run,
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

/** Rejects while a client cannot be served for want of a key: a check for `/readyz`. */
export async function checkKeys(keys: SigningKeys, clients: ClientRegistry): Promise<void> {
  const needed = await clients.algorithms();
  const missing = [...needed].filter((alg) => !keys.current.algorithms.has(alg));
  if (missing.length > 0) throw new Error(`no signing key for ${missing.join()}`);
}
