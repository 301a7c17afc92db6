import type { AccessTokenClaims, Annotation, NewAnnotation } from "@mullion/contracts";
import type { Pool } from "@mullion/postgres";
import { futureDate } from "./errors.ts";

interface Row extends Omit<Annotation, "createdAt"> {
  created_at: Date;
}

const columns = `id, to_char(date, 'YYYY-MM-DD') as date, text, author, created_at`;

function toAnnotation({ created_at: createdAt, ...rest }: Row): Annotation {
  return { ...rest, createdAt: createdAt.toISOString() };
}

/** Annotations of the last `days` UTC days, oldest day first. */
export async function readAnnotations(pool: Pool, days: number): Promise<Annotation[]> {
  const { rows } = await pool.query<Row>(
    `select ${columns} from annotations
     where date > (now() at time zone 'UTC')::date - $1::int
     order by annotations.date, created_at limit 500`,
    [days],
  );
  return rows.map(toAnnotation);
}

/** Stores an annotation under the name identity put into the token. */
export async function addAnnotation(
  pool: Pool,
  { sub, name, email }: AccessTokenClaims,
  { date, text }: NewAnnotation,
): Promise<Annotation> {
  const { rows } = await pool.query<Row>(
    `insert into annotations (date, text, author, author_id)
     select $1::date, $2, $3, $4 where $1::date <= (now() at time zone 'UTC')::date
     returning ${columns}`,
    [date, text, name ?? email ?? sub, sub],
  );
  const [row] = rows;
  if (row === undefined) throw futureDate();
  return toAnnotation(row);
}
