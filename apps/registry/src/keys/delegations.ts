import type { DelegationList, PublicKey, RevokedKey } from "@mullion/contracts";
import { inTransaction, type Pool, type PoolClient } from "@mullion/postgres";
import {
  algorithmOf,
  ReleaseSigningError,
  type VerifiedDelegation,
  verifyDelegation,
} from "@mullion/release-signing";
import type { Actor } from "../actor.ts";
import { appendAudit } from "../audit.ts";
import { refuse } from "../errors.ts";
import { announceProofs, unvouchedOf } from "./vouching.ts";

interface DelegationRow {
  readonly thumbprint: string;
  readonly jws: string;
  readonly team: string;
  readonly remotes: string[];
  readonly algorithm: "EdDSA" | "ES256";
  readonly issued_at: Date;
  readonly expires_at: Date;
  readonly revoked_at: Date | null;
}

/** What was signed is not believed: the same answer wherever something signed comes in. */
export function refuseSignature(error: unknown): never {
  if (!(error instanceof ReleaseSigningError)) throw error;
  throw refuse("signature_refused", error.message, [{ path: "jws", message: error.code }]);
}

/**
 * Makes a team's key known, or what the root key says of it now: other remotes, a later end.
 * @throws {ProblemError} `signature_refused`, `key_revoked`, or `delegation_outdated` when a later one is known: nobody brings
 * back what the root key has replaced.
 */
export async function saveDelegation(
  { pool, rootKeys }: { pool: Pool; rootKeys: readonly PublicKey[] },
  jws: string,
  actor: Actor,
): Promise<{ thumbprint: string }> {
  const delegation = await verifyDelegation(jws, rootKeys, new Date()).catch(refuseSignature);
  const { thumbprint, team, remotes, issuedAt, expiresAt } = delegation;
  return inTransaction(pool, async (client) => {
    // Delegations are rare: one after the other keeps what is compared here true until it is written.
    await client.query("lock table delegations in share row exclusive mode");
    const { rows } = await client.query<DelegationRow>("select * from delegations where thumbprint = $1", [
      thumbprint,
    ]);
    const known = rows[0];
    if (known?.jws === jws && known.revoked_at === null) return { thumbprint };
    if (known !== undefined && known.revoked_at !== null) {
      throw refuse("key_revoked", "A revoked key stays revoked. Make a new one: mullion keys create");
    }
    if (known !== undefined && known.issued_at.getTime() > Date.parse(issuedAt)) {
      throw refuse("delegation_outdated", "Delegate the key again: mullion keys delegate");
    }
    await client.query(
      `insert into delegations (thumbprint, jws, team, remotes, algorithm, issued_at, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (thumbprint) do update set jws = excluded.jws, team = excluded.team,
         remotes = excluded.remotes, issued_at = excluded.issued_at, expires_at = excluded.expires_at`,
      [thumbprint, jws, team, remotes, algorithmOf(delegation.key), issuedAt, expiresAt],
    );
    const detail = { thumbprint, team, remotes, expiresAt };
    await appendAudit(client, actor, { action: "key.delegated", detail });
    await announceProofs(client, thumbprint);
    return { thumbprint };
  });
}

/**
 * From now on the key signs nothing that is published, and fronts show nothing that only it signed.
 * @throws {ProblemError} `delegation_unknown`.
 */
export async function revokeKey(pool: Pool, thumbprint: string, actor: Actor): Promise<RevokedKey> {
  return inTransaction(pool, async (client) => {
    // As in saveDelegation: with locks in another order the two would wait for each other.
    await client.query("lock table delegations in share row exclusive mode");
    const { rows } = await client.query<DelegationRow>(
      "select * from delegations where thumbprint = $1 for update",
      [thumbprint],
    );
    const known = rows[0];
    if (known === undefined) throw refuse("delegation_unknown", `No key ${thumbprint} is delegated here.`);
    if (known.revoked_at !== null) return { thumbprint, hidden: await unvouchedOf(client, thumbprint) };
    await client.query("update delegations set revoked_at = now() where thumbprint = $1", [thumbprint]);
    // Another key's signature may stand in for it. First, since it waits for promotions that are under way.
    await announceProofs(client, thumbprint);
    const hidden = await unvouchedOf(client, thumbprint);
    const detail = { thumbprint, team: known.team, remotes: known.remotes, hidden };
    await appendAudit(client, actor, { action: "key.revoked", detail });
    return { thumbprint, hidden };
  });
}

/** Every key that was ever delegated here, the newest delegation first. */
export async function listDelegations(pool: Pool): Promise<DelegationList> {
  const { rows } = await pool.query<DelegationRow>(
    "select * from delegations order by issued_at desc, thumbprint",
  );
  return {
    delegations: rows.map((row) => ({
      thumbprint: row.thumbprint,
      team: row.team,
      remotes: row.remotes,
      algorithm: row.algorithm,
      issuedAt: row.issued_at.toISOString(),
      expiresAt: row.expires_at.toISOString(),
      revokedAt: row.revoked_at?.toISOString() ?? null,
    })),
  };
}

/**
 * The delegation that a key signs under, verified again with the root keys: a row alone proves nothing. With `hold` nobody
 * changes or revokes it until the transaction ends.
 * @throws {ProblemError} `key_unknown`, `key_revoked` or `signature_refused`.
 */
export async function readDelegation(
  { client, rootKeys }: { client: Pool | PoolClient; rootKeys: readonly PublicKey[] },
  thumbprint: string,
  { hold }: { hold: boolean },
): Promise<VerifiedDelegation> {
  const { rows } = await client.query<Pick<DelegationRow, "jws" | "revoked_at">>(
    `select jws, revoked_at from delegations where thumbprint = $1${hold ? " for share" : ""}`,
    [thumbprint],
  );
  const known = rows[0];
  if (known === undefined) {
    throw refuse(
      "key_unknown",
      `Signed with the key ${thumbprint}, which is not delegated here. Whoever holds the root key does it: mullion keys delegate`,
    );
  }
  if (known.revoked_at !== null) {
    throw refuse(
      "key_revoked",
      `The key ${thumbprint} was revoked. Make a new one (mullion keys create), have it delegated and deploy again.`,
    );
  }
  return verifyDelegation(known.jws, rootKeys, new Date()).catch(refuseSignature);
}
