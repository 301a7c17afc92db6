import { type Preferences, type Profile, preferencesSchema } from "@mullion/contracts";
import type { Pool } from "@mullion/postgres";
import type { Person } from "./person.ts";

interface Row {
  preferences: unknown;
  pins: string[];
  updated_at: Date;
}

function toProfile({ id, email, name }: Person, row: Row | undefined): Profile {
  const defaults: Preferences = {
    displayName: name.slice(0, 80),
    locale: "en-GB",
    timeZone: "UTC",
    theme: "system",
    emailDigest: false,
  };
  return {
    id,
    email,
    preferences:
      row?.preferences == null ? defaults : preferencesSchema.parse({ ...defaults, ...row.preferences }),
    pins: row?.pins ?? [],
    updatedAt: row?.updated_at.toISOString() ?? null,
  };
}

/** The person's profile; until something is saved, defaults made from what identity says and nothing else. */
export async function readProfile(pool: Pool, person: Person): Promise<Profile> {
  const { rows } = await pool.query<Row>(
    "select preferences, pins, updated_at from profiles where user_id = $1",
    [person.id],
  );
  return toProfile(person, rows[0]);
}

/** Replaces the preferences. Saving the same again changes nothing, `updatedAt` included. */
export async function savePreferences(pool: Pool, person: Person, value: Preferences): Promise<Profile> {
  const { rows } = await pool.query<Row>(
    `insert into profiles as p (user_id, preferences) values ($1, $2)
     on conflict (user_id) do update set
       preferences = excluded.preferences,
       updated_at = case when p.preferences is distinct from excluded.preferences then now() else p.updated_at end
     returning preferences, pins, updated_at`,
    [person.id, JSON.stringify(value)],
  );
  return toProfile(person, rows[0]);
}

/** Replaces the pins, in the order given. Saving the same again changes nothing, `updatedAt` included. */
export async function savePins(pool: Pool, person: Person, pins: readonly string[]): Promise<Profile> {
  const { rows } = await pool.query<Row>(
    `insert into profiles as p (user_id, pins) values ($1, $2)
     on conflict (user_id) do update set
       pins = excluded.pins,
       updated_at = case when p.pins is distinct from excluded.pins then now() else p.updated_at end
     returning preferences, pins, updated_at`,
    [person.id, pins],
  );
  return toProfile(person, rows[0]);
}
