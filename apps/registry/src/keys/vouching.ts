import type { RevokedKey } from "@mullion/contracts";
import type { PoolClient } from "@mullion/postgres";
import { refuse } from "../errors.ts";

/**
 * Refuses a version that no key vouches for: signed by none that may sign the remote now and is not revoked.
 * @throws {ProblemError} `signature_refused`.
 */
export async function assertVouched(client: PoolClient, remote: string, version: string): Promise<void> {
  const { rows } = await client.query<{ vouched: boolean }>("select vouched($1, $2)", [remote, version]);
  if (rows[0]?.vouched === true) return;
  throw refuse(
    "signature_refused",
    `${remote}@${version} has no signature of a key that may sign ${remote} now. Have its key delegated again (mullion keys delegate); if that was revoked, deploy the same artifact with a new one.`,
  );
}

/** Which of the versions fronts still show: those that a key vouches for. */
export async function versionsThatShow(
  client: PoolClient,
  remote: string,
  versions: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ version: string }>(
    "select version from unnest($2::text[]) version where vouched($1, version)",
    [remote, versions],
  );
  return new Set(rows.map(({ version }) => version));
}

/** What channels show, stable or on trial, that the key signed and no key vouches for. */
export async function unvouchedOf(client: PoolClient, thumbprint: string): Promise<RevokedKey["hidden"]> {
  const { rows } = await client.query<RevokedKey["hidden"][number]>(
    `select distinct placed.channel, placed.remote, placed.version
     from (select channel, remote, version from channel_remotes
           union all select channel, remote, version from canaries) placed
     join signatures s using (remote, version)
     where s.thumbprint = $1 and not vouched(placed.remote, placed.version)
     order by 1, 2, 3`,
    [thumbprint],
  );
  return rows;
}

/**
 * Moves on every channel that shows something which the key signed, or showed it to visits that may still be pinned to it: what
 * proves it may be another signature or delegation now, or nothing, and fronts that follow the channel have to hear of it.
 */
export async function announceProofs(client: PoolClient, thumbprint: string): Promise<void> {
  // All of them, and before looking: a promotion under way is seen by the next statement, or sees what is stored here.
  await client.query("select from channels order by name for update");
  await client.query(
    `update channels set revision = revision + 1 where name in (
       select shown.channel
       from channel_revisions shown
       join signatures s using (remote, version) where s.thumbprint = $1)`,
    [thumbprint],
  );
}
