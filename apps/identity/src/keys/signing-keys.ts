import { inTransaction, type Pool, type PoolClient } from "@mullion/postgres";
import type { KeyRing } from "@mullion/token-store";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";

/** Private keys that sign, current first, and their public halves as the JWKS shows them. */
export interface SigningKeys {
  privateJwks: readonly JWK[];
  publicJwks: readonly JWK[];
}

interface Row {
  kid: string;
  sealed_jwk: string;
}

const alg = "ES256";
// The library signs with the first key that fits; the others are published, so that verifiers know them in time.
const select = `select kid, sealed_jwk from signing_keys
  order by array_position(array['current', 'next', 'previous'], status), created_at desc`;

function toPublicJwk(jwk: JWK): JWK {
  const publicJwk = { ...jwk };
  delete publicJwk.d;
  return publicJwk;
}

const contextOf = (kid: string): string => `signing-key:${kid}`;

async function createKey(client: PoolClient, ring: KeyRing): Promise<void> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  await client.query(
    "insert into signing_keys (kid, alg, status, sealed_jwk) values ($1, $2, 'current', $3)",
    [kid, alg, ring.seal(JSON.stringify({ ...jwk, kid, alg, use: "sig" }), contextOf(kid))],
  );
}

/**
 * Reads the signing keys (ES256), making the first one when there is none. They are stored encrypted: rejects with
 * `TokenStoreError` `record_unreadable` when the key ring does not fit.
 */
export async function loadSigningKeys(pool: Pool, ring: KeyRing): Promise<SigningKeys> {
  const rows = await inTransaction(pool, async (client) => {
    // Several instances may start on an empty database at once; one of them makes the key.
    await client.query("select pg_advisory_xact_lock(hashtext('signing_keys'))");
    const found = await client.query<Row>(select);
    if (found.rows.length > 0) return found.rows;
    await createKey(client, ring);
    return (await client.query<Row>(select)).rows;
  });
  const privateJwks = rows.map((row) => JSON.parse(ring.open(row.sealed_jwk, contextOf(row.kid))) as JWK);
  return { privateJwks, publicJwks: privateJwks.map(toPublicJwk) };
}
