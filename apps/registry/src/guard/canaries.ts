import { type CanaryGuard, canaryGuardSchema } from "@mullion/contracts";
import type { Pool } from "@mullion/postgres";
import type { Place } from "../rollouts/channel-lock.ts";
import type { Looks } from "./judge.ts";

/** A trial that is to be watched. */
export interface WatchedCanary extends Place {
  readonly version: string;
  readonly stable: string;
  readonly guard: CanaryGuard;
  readonly comparedFrom: Date;
  readonly looks: Looks;
}

/** Every trial that anybody sees. */
export async function readCanaries(pool: Pool): Promise<WatchedCanary[]> {
  const { rows } = await pool.query<Omit<WatchedCanary, "guard"> & { guard: unknown }>(
    `select k.channel, k.remote, k.version, r.version as stable, k.guard, k.looks, k.compared_from as "comparedFrom"
     from canaries k join channel_remotes r using (channel, remote)
     where k.percent > 0 and k.compared_from <= now() order by k.channel, k.remote`,
  );
  return rows.map((row) => ({ ...row, guard: canaryGuardSchema.parse(row.guard) }));
}

/** Writes down which looks were taken, unless the comparison began anew meanwhile. */
export async function saveLooks(pool: Pool, canary: WatchedCanary, looks: Looks): Promise<void> {
  const { channel, remote, version, comparedFrom } = canary;
  await pool.query(
    `update canaries set looks = $5
     where channel = $1 and remote = $2 and version = $3 and date_trunc('milliseconds', compared_from) = $4`,
    [channel, remote, version, comparedFrom, JSON.stringify(looks)],
  );
}
