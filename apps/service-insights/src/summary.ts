import type { Summary } from "@mullion/contracts";
import type { Pool } from "@mullion/postgres";
import { readAnnotations } from "./annotations.ts";

// float8 arrives as a number, bigint as a string; counts stay far below 2^53.
const daysQuery = `
  with days as (
    select generate_series(current.day - ($1::int - 1), current.day, interval '1 day')::date as day
    from (select (now() at time zone 'UTC')::date as day) as current
  ), signed as (
    select (at at time zone 'UTC')::date as day,
      count(*) filter (where outcome = 'success') as ok,
      count(*) filter (where outcome = 'failure') as failed
    from sign_ins where at >= (select min(day) from days)::timestamp at time zone 'UTC' group by 1
  ), requested as (
    select (hour at time zone 'UTC')::date as day,
      sum(count) as total,
      sum(count) filter (where status_class = '5xx') as failed
    from request_counts where hour >= (select min(day) from days)::timestamp at time zone 'UTC' group by 1
  )
  select to_char(days.day, 'YYYY-MM-DD') as date,
    coalesce(signed.ok, 0)::float8 as "signIns",
    coalesce(signed.failed, 0)::float8 as "signInFailures",
    coalesce(requested.total, 0)::float8 as requests,
    coalesce(requested.failed, 0)::float8 as "failedRequests"
  from days left join signed using (day) left join requested using (day)
  order by days.day`;

const routesQuery = `
  select route_id as "routeId",
    sum(count)::float8 as requests,
    coalesce(sum(count) filter (where status_class = '5xx'), 0)::float8 as "failedRequests"
  from request_counts
  where hour >= ((now() at time zone 'UTC')::date - ($1::int - 1))::timestamp at time zone 'UTC'
  group by route_id order by requests desc, route_id`;

/**
 * Sign-ins and requests of the last `days` UTC days, today included, counted from the events received. A failed request
 * is one answered 5xx: a 4xx is the caller's.
 */
export async function readSummary(pool: Pool, days: number): Promise<Summary> {
  const [perDay, perRoute, annotations] = await Promise.all([
    pool.query<Summary["days"][number]>(daysQuery, [days]),
    pool.query<Summary["routes"][number]>(routesQuery, [days]),
    readAnnotations(pool, days),
  ]);
  return { days: perDay.rows, routes: perRoute.rows, annotations };
}
