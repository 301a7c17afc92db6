import type { Pool } from "@mullion/postgres";
import type { Logger } from "pino";
import type { ClientRegistry } from "../clients/client-registry.ts";
import type { SigningKeys } from "../keys/signing-keys.ts";
import { type ChangeFeed, createChangeFeed } from "./change-feed.ts";

/** Takes over what other instances change of the clients and the signing keys. */
export function followChanges(options: {
  pool: Pool;
  keys: SigningKeys;
  clients: ClientRegistry;
  logger: Logger;
}): ChangeFeed {
  const { pool, keys, clients, logger } = options;

  async function reloadKeys(): Promise<void> {
    try {
      await keys.reload();
    } catch (error) {
      // Sealed with a key that this instance was not given: those it has still do.
      if (!(error instanceof Error && "code" in error && error.code === "record_unreadable")) throw error;
      logger.error({ err: error }, "the signing keys cannot be opened: KEY_ENCRYPTION_KEYS is behind");
    }
  }

  return createChangeFeed(
    pool,
    {
      async catchUp() {
        await reloadKeys();
        await clients.reloadAll();
      },
      async apply(change) {
        const [what, id = ""] = change.split(" ");
        await (what === "client" ? clients.reload(id) : reloadKeys());
      },
    },
    logger,
  );
}
