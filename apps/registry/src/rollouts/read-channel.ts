import type { Channel, ChannelRemote, PlacedVersion } from "@mullion/contracts";
import type { Pool } from "@mullion/postgres";
import type { Place } from "./channel-lock.ts";
import { placedVersion, type SignedRow } from "./placed-version.ts";

/** The channel's revision; 0 for one that nothing was promoted to yet. */
export async function readRevision(pool: Pool, channel: string): Promise<number> {
  const { rows } = await pool.query<{ revision: string }>("select revision from channels where name = $1", [
    channel,
  ]);
  return Number(rows[0]?.revision ?? 0);
}

interface ChannelRow {
  readonly revision: string;
  readonly remote: string | null;
  readonly stable: SignedRow;
  readonly canary: (SignedRow & { readonly percent: number; readonly salt: string }) | null;
  readonly withdrawn: string[];
  readonly revoked: string[];
}

function channelRemote(publicUrl: string, { remote, stable, canary }: ChannelRow): ChannelRemote[] {
  if (remote === null) return [];
  const placed = placedVersion(publicUrl, remote, stable);
  if (placed === null) return [];
  const onTrial = canary === null ? null : placedVersion(publicUrl, remote, canary);
  const { percent, salt } = canary ?? { percent: 0, salt: "" };
  return [{ remote, stable: placed, canary: onTrial === null ? null : { release: onTrial, percent, salt } }];
}

/** The channel with its live versions by name, as of one instant. `publicUrl` is where artifacts are served. */
export async function readChannel(pool: Pool, channel: string, publicUrl: string): Promise<Channel> {
  // One statement, hence one snapshot: revision and versions belong together.
  const { rows } = await pool.query<ChannelRow>(
    `select c.revision, r.remote,
            json_build_object('version', r.version, 'jws', p.jws, 'delegation', p.delegation) as stable,
            case when k.remote is not null then
              json_build_object('version', k.version, 'jws', kp.jws, 'delegation', kp.delegation,
                                'percent', k.percent, 'salt', k.salt) end as canary,
            array(select w.remote || '@' || w.version from withdrawn_versions w
                  where w.channel = c.name order by w.remote, w.version) as withdrawn,
            array(select thumbprint from delegations where revoked_at is not null order by 1) as revoked
     from channels c
     left join channel_remotes r on r.channel = c.name
     left join lateral placement(r.remote, r.version) p on true
     left join canaries k on k.channel = r.channel and k.remote = r.remote
     left join lateral placement(k.remote, k.version) kp on true
     where c.name = $1 order by r.remote`,
    [channel],
  );
  return {
    channel,
    revision: Number(rows[0]?.revision ?? 0),
    remotes: rows.flatMap((row) => channelRemote(publicUrl, row)),
    withdrawn: rows[0]?.withdrawn ?? [],
    revoked: rows[0]?.revoked ?? [],
  };
}

/**
 * A version that was in the channel once and may still be shown to a visit that began then; null for any other, and for what
 * was withdrawn.
 */
export async function readPlacedVersion(
  pool: Pool,
  { channel, remote }: Place,
  version: string,
  publicUrl: string,
): Promise<PlacedVersion | null> {
  const { rows } = await pool.query<SignedRow>(
    `select v.version, d.jws, d.delegation
     from versions v left join lateral placement(v.remote, v.version) d on true
     where v.remote = $2 and v.version = $3
       and exists (select from channel_revisions r where r.channel = $1 and r.remote = $2 and r.version = $3)
       and not exists (select from withdrawn_versions w
                       where w.channel = $1 and w.remote = $2 and w.version = $3)`,
    [channel, remote, version],
  );
  return rows[0] === undefined ? null : placedVersion(publicUrl, remote, rows[0]);
}
