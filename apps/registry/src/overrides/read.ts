import {
  type Override,
  type OverrideList,
  overrideListSchema,
  type RemoteManifest,
} from "@mullion/contracts";
import type { Pool } from "@mullion/postgres";
import type { Caller } from "../actor.ts";
import { placedVersion } from "../rollouts/placed-version.ts";

interface Row {
  readonly id: string;
  readonly channel: string;
  readonly remote: string;
  readonly user_id: string;
  readonly expires_at: Date;
  readonly version: string | null;
  readonly jws: string | null;
  readonly delegation: string | null;
  readonly development_url: string | null;
  readonly development_manifest: RemoteManifest | null;
}

function contentOf(row: Row, publicUrl: string): Override["content"] | null {
  const { remote, version, jws, delegation, development_url: url, development_manifest: manifest } = row;
  if (url !== null && manifest !== null) return { kind: "development", url, manifest };
  if (version === null) return null;
  const release = placedVersion(publicUrl, remote, { version, jws, delegation });
  return release === null ? null : { kind: "version", release };
}

/** What an override shows; null once it was revoked or has expired, or no key vouches for its version any more. */
export async function readOverride(pool: Pool, id: string, publicUrl: string): Promise<Override | null> {
  const { rows } = await pool.query<Row>(
    `select o.*, p.jws, p.delegation from overrides o
     left join lateral placement(o.remote, o.version) p on true
     where o.id = $1 and o.revoked_at is null and o.expires_at > now()
       and (o.version is null or vouched(o.remote, o.version))`,
    [id],
  );
  const [row] = rows;
  const content = row === undefined ? null : contentOf(row, publicUrl);
  if (row === undefined || content === null) return null;
  const { channel, user_id: user, expires_at: expiresAt } = row;
  return { id, channel, user, expiresAt: expiresAt.toISOString(), content };
}

interface ListRow extends Omit<Row, "jws" | "delegation" | "development_manifest"> {
  readonly issued_by: string;
  readonly issued_at: Date;
  readonly first_used_at: Date | null;
}

const mostListed = 200;

/** Overrides that are still good and that the caller issued or may use; all of them for an administrator of the registry. */
export async function listOverrides(pool: Pool, caller: Caller): Promise<OverrideList> {
  const { rows } = await pool.query<ListRow>(
    `select id, channel, remote, version, development_url, user_id, issued_by, issued_at, expires_at, first_used_at
     from overrides
     where revoked_at is null and expires_at > now() and ($1 or user_id = $2 or issued_by_id = $2)
     order by issued_at desc limit $3`,
    [caller.isAdmin, caller.subject, mostListed],
  );
  return overrideListSchema.parse({
    overrides: rows.map((row) => ({
      id: row.id,
      channel: row.channel,
      remote: row.remote,
      shows:
        row.version === null
          ? { kind: "development", url: row.development_url }
          : { kind: "version", version: row.version },
      user: row.user_id,
      issuedBy: row.issued_by,
      issuedAt: row.issued_at.toISOString(),
      expiresAt: row.expires_at.toISOString(),
      firstUsedAt: row.first_used_at?.toISOString() ?? null,
    })),
  });
}
