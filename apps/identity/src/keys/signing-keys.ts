import type { SigningAlgorithm } from "@mullion/contracts/identity-clients";
import { inTransaction, type Pool } from "@mullion/postgres";
import type { KeyRing } from "@mullion/token-store";
import type { JWK } from "jose";
import { insertKey, lockKeys, readKeys, type StoredKey } from "./key-store.ts";
import { openKey, type PrivateJwk, toPublicJwk } from "./signing-key.ts";

/** The keys of one moment. */
export interface KeySet {
  /** Of each algorithm the one that signs first: the library signs with the first that fits. */
  privateJwks: readonly PrivateJwk[];
  /** As the JWKS shows them. */
  publicJwks: readonly JWK[];
  algorithms: ReadonlySet<SigningAlgorithm>;
}

/** The signing keys as this instance knows them. */
export interface SigningKeys {
  /** Another object after each change. */
  readonly current: KeySet;
  /** Takes over what changed in Postgres; `onChange` is told when something did. */
  reload(): Promise<void>;
  onChange(listener: () => void): void;
}

/** A difference in this is a difference in what is signed with or published. */
function describe(keys: readonly StoredKey[]): string {
  return keys.map(({ kid, status }) => `${kid} ${status}`).join();
}

function toKeySet(keys: readonly StoredKey[], ring: KeyRing): KeySet {
  const privateJwks = keys.map(({ kid, sealed }) => openKey(ring, kid, sealed));
  return {
    privateJwks,
    publicJwks: privateJwks.map(toPublicJwk),
    algorithms: new Set(keys.filter(({ status }) => status === "current").map(({ alg }) => alg)),
  };
}

/** Several instances may start on an empty database at once; one of them makes the key. */
async function readOrCreateKeys(pool: Pool, ring: KeyRing): Promise<StoredKey[]> {
  const isFirst = ({ alg, status }: StoredKey): boolean => alg === "ES256" && status === "current";
  const found = await readKeys(pool);
  if (found.some(isFirst)) return found;
  return inTransaction(pool, async (client) => {
    await lockKeys(client);
    if (!(await readKeys(client)).some(isFirst)) await insertKey(client, ring, "ES256", "current");
    return readKeys(client);
  });
}

/**
 * Reads the signing keys, making the first (ES256) when there is none. They are stored encrypted: rejects with
 * `TokenStoreError` `record_unreadable` when the key ring does not fit.
 */
export async function loadSigningKeys(pool: Pool, ring: KeyRing): Promise<SigningKeys> {
  const first = await readOrCreateKeys(pool, ring);
  let current = toKeySet(first, ring);
  let known = describe(first);
  const listeners: (() => void)[] = [];
  return {
    get current() {
      return current;
    },
    async reload() {
      const keys = await readKeys(pool);
      const described = describe(keys);
      if (described === known) return;
      current = toKeySet(keys, ring);
      known = described;
      for (const listener of listeners) listener();
    },
    onChange(listener) {
      listeners.push(listener);
    },
  };
}
