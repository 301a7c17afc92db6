import { randomBytes } from "node:crypto";
import { type CanaryGuard, canaryGuardSchema } from "@mullion/contracts";
import type { PoolClient } from "@mullion/postgres";
import type { Place } from "./channel-lock.ts";

/** A running trial, as stored. */
export interface CanaryRow {
  readonly version: string;
  readonly percent: number;
  readonly guard: CanaryGuard;
}

/** The trial of a remote in a channel, if there is one. */
export async function findCanary(client: PoolClient, { channel, remote }: Place): Promise<CanaryRow | null> {
  const { rows } = await client.query<{ version: string; percent: string; guard: unknown }>(
    "select version, percent, guard from canaries where channel = $1 and remote = $2",
    [channel, remote],
  );
  const row = rows[0];
  if (row === undefined) return null;
  return {
    version: row.version,
    percent: Number(row.percent),
    guard: canaryGuardSchema.parse(row.guard),
  };
}

/** Starts a trial, with people drawn anew. */
export async function insertCanary(
  client: PoolClient,
  { channel, remote }: Place,
  { version, percent, guard }: CanaryRow,
  startedBy: string,
): Promise<void> {
  // What was aborted and is tried again a moment later is not judged by what it did before: events are counted by the minute.
  await client.query(
    `insert into canaries (channel, remote, version, percent, salt, guard, started_by, compared_from)
     values ($1, $2, $3, $4, $5, $6, $7, greatest(now(), (
       select date_trunc('minute', max(at)) + interval '1 minute' from channel_revisions
       where channel = $1 and remote = $2 and version = $3 and kind = 'canary-aborted')))`,
    [
      channel,
      remote,
      version,
      percent,
      randomBytes(12).toString("base64url"),
      JSON.stringify(guard),
      startedBy,
    ],
  );
}

/** Another percentage or guard; the people who are in stay in as far as the percentage allows. */
export async function updateCanary(
  client: PoolClient,
  { channel, remote }: Place,
  { percent, guard }: Pick<CanaryRow, "percent" | "guard">,
): Promise<void> {
  await client.query("update canaries set percent = $3, guard = $4 where channel = $1 and remote = $2", [
    channel,
    remote,
    percent,
    JSON.stringify(guard),
  ]);
}

/** Begins the comparison again: what was measured so far was measured under other conditions. */
export async function compareAnew(client: PoolClient, { channel, remote }: Place): Promise<void> {
  await client.query(
    `update canaries set compared_from = greatest(compared_from, now()), looks = '{}'
     where channel = $1 and remote = $2`,
    [channel, remote],
  );
}

/** Ends a trial. */
export async function removeCanary(client: PoolClient, { channel, remote }: Place): Promise<void> {
  await client.query("delete from canaries where channel = $1 and remote = $2", [channel, remote]);
}
