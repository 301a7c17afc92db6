import type { EventBatch, PlatformEvent } from "@mullion/contracts";
import { inTransaction, type Pool, type PoolClient } from "@mullion/postgres";
import { countSignals } from "./panes/count-signals.ts";

type Event<T extends PlatformEvent["type"]> = Extract<PlatformEvent, { type: T }>;

function isSignIn(event: PlatformEvent): event is Event<"signin"> {
  return event.type === "signin";
}

function isRequests(event: PlatformEvent): event is Event<"requests"> {
  return event.type === "requests";
}

function isPane(event: PlatformEvent): event is Event<"pane"> {
  return event.type === "pane";
}

async function insertSignIns(client: PoolClient, events: readonly Event<"signin">[]): Promise<void> {
  if (events.length === 0) return;
  await client.query(
    `insert into sign_ins (at, user_id, outcome)
     select * from unnest($1::timestamptz[], $2::text[], $3::text[])`,
    [events.map(({ at }) => at), events.map(({ userId }) => userId), events.map(({ outcome }) => outcome)],
  );
}

async function addRequests(client: PoolClient, events: readonly Event<"requests">[]): Promise<void> {
  if (events.length === 0) return;
  // Grouped because one statement may touch a row once; ordered so that two batches lock rows in the same order.
  await client.query(
    `insert into request_counts as r (hour, route_id, status_class, count)
     select date_trunc('hour', at, 'UTC'), route_id, status_class, sum(count)
     from unnest($1::timestamptz[], $2::text[], $3::text[], $4::bigint[]) as e (at, route_id, status_class, count)
     group by 1, 2, 3 order by 1, 2, 3
     on conflict (hour, route_id, status_class) do update set count = r.count + excluded.count`,
    [
      events.map(({ at }) => at),
      events.map(({ routeId }) => routeId),
      events.map(({ statusClass }) => statusClass),
      events.map(({ count }) => count),
    ],
  );
}

/** What became of a batch. `leftOut` are signals of panes, see {@link countSignals}. */
export interface Ingested {
  /** False when the client had sent it before. */
  readonly counted: boolean;
  readonly leftOut: number;
}

/** Counts a batch, all of it or nothing. */
export async function ingest(pool: Pool, clientId: string, batch: EventBatch): Promise<Ingested> {
  return inTransaction(pool, async (client) => {
    // No sender retries for days; without this the ids would be kept for ever.
    await client.query("delete from event_batches where received_at < now() - interval '7 days'");
    const { rowCount } = await client.query(
      "insert into event_batches (client_id, id, source) values ($1, $2, $3) on conflict do nothing",
      [clientId, batch.id, batch.source],
    );
    if (rowCount === 0) return { counted: false, leftOut: 0 };
    await insertSignIns(client, batch.events.filter(isSignIn));
    await addRequests(client, batch.events.filter(isRequests));
    return { counted: true, leftOut: await countSignals(client, batch.events.filter(isPane)) };
  });
}
