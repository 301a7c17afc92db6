import { type Role, roleSchema } from "@mullion/contracts";
import { inTransaction, type Pool, type PoolClient } from "@mullion/postgres";
import { z } from "zod";
import { identityProblem } from "../errors.ts";

/** A user as stored, without the password. */
export interface StoredUser {
  id: string;
  email: string;
  name: string;
  roles: Role[];
  emailVerified: boolean;
  createdAt: Date;
  lastSignInAt: Date | null;
}

/** A row of `userColumns`. */
export interface UserRow {
  id: string;
  email: string;
  name: string;
  roles: string[];
  email_verified_at: Date | null;
  created_at: Date;
  last_sign_in_at: Date | null;
}

type Row = UserRow & { password_hash: string | null };

/**
 * What is read of a user `u`, here or beside something that is theirs. Named one by one: a prepared statement for
 * "everything" fails once a migration adds a column.
 */
export const userColumns = `u.id, u.email, u.name, u.email_verified_at, u.created_at, u.last_sign_in_at,
  array(select r.role from user_roles r where r.user_id = u.id order by r.role) as roles`;

const select = `select ${userColumns}, u.password_hash from users u`;

const uuid = z.uuid();

/** A user as read from `userColumns`. */
export function toUser(row: UserRow): StoredUser {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    roles: z.array(roleSchema).parse(row.roles),
    emailVerified: row.email_verified_at !== null,
    createdAt: row.created_at,
    lastSignInAt: row.last_sign_in_at,
  };
}

/** The user with this id, if there is one. */
export async function findUser(pool: Pool, id: string): Promise<StoredUser | undefined> {
  if (!uuid.safeParse(id).success) return undefined;
  const { rows } = await pool.query<Row>({
    name: "user-find",
    text: `${select} where u.id = $1`,
    values: [id],
  });
  return rows[0] && toUser(rows[0]);
}

/** Whose password it may be. */
export interface Candidate {
  user: StoredUser;
  passwordHash: string | null;
}

/** The user whose address this is (verified, in lower case) and the hash of the password, if there is one. */
export async function findUserByEmail(pool: Pool, email: string): Promise<Candidate | undefined> {
  return (await findCandidates(pool, email)).owner;
}

/**
 * Who may sign in with an address: its owner, and whoever claimed it last without having verified it. Their claim is as
 * good as anybody's, so it stands beside the owner's account and never in place of it.
 */
export async function findCandidates(
  pool: Pool,
  email: string,
): Promise<{ owner: Candidate | undefined; claimant: Candidate | undefined }> {
  const { rows } = await pool.query<Row>({
    name: "user-candidates",
    text: `${select} where u.email = $1
     order by u.email_verified_at is null, u.created_at desc, u.id limit 2`,
    values: [email],
  });
  const candidates = rows.map((row) => ({ user: toUser(row), passwordHash: row.password_hash }));
  return {
    owner: candidates.find(({ user }) => user.emailVerified),
    claimant: candidates.find(({ user }) => !user.emailVerified),
  };
}

/** Every user, by name. */
export async function listUsers(pool: Pool): Promise<StoredUser[]> {
  const { rows } = await pool.query<Row>(`${select} order by u.name, u.email`);
  return rows.map(toUser);
}

/** Notes that the user has signed in just now. */
export async function recordSignIn(pool: Pool, id: string): Promise<void> {
  await pool.query({
    name: "user-signed-in",
    text: "update users set last_sign_in_at = now() where id = $1",
    values: [id],
  });
}

/**
 * Gives the user these roles and no others. Rejects with `ProblemError` `user_not_found`, or `last_admin` when nobody
 * would hold the role `admin` afterwards.
 */
export async function setRoles(pool: Pool, id: string, roles: readonly Role[]): Promise<StoredUser> {
  if (!uuid.safeParse(id).success) throw identityProblem("user_not_found");
  await inTransaction(pool, async (client) => {
    // Locks the administrators' rows: two that demote each other at once are taken one after the other.
    const admins = await client.query<{ user_id: string }>(
      "select user_id from user_roles where role = 'admin' order by user_id for update",
    );
    const { rowCount } = await client.query("select 1 from users where id = $1 for update", [id]);
    if (rowCount === 0) throw identityProblem("user_not_found");
    const othersHoldIt = admins.rows.some(({ user_id }) => user_id !== id);
    const holdsIt = admins.rows.some(({ user_id }) => user_id === id);
    if (holdsIt && !othersHoldIt && !roles.includes("admin")) throw identityProblem("last_admin");
    await client.query("delete from user_roles where user_id = $1", [id]);
    await client.query("insert into user_roles (user_id, role) select $1, unnest($2::text[])", [
      id,
      [...new Set(roles)],
    ]);
  });
  const user = await findUser(pool, id);
  if (user === undefined) throw identityProblem("user_not_found");
  return user;
}

/** Puts a hash in the place of another, unless the password was changed meanwhile. */
export async function replaceHash(
  pool: Pool,
  id: string,
  { from, to }: { from: string; to: string },
): Promise<void> {
  await pool.query("update users set password_hash = $3 where id = $1 and password_hash = $2", [
    id,
    from,
    to,
  ]);
}

/** Gives the user another password, or none. */
export async function setPasswordHash(
  client: PoolClient,
  id: string,
  passwordHash: string | null,
): Promise<void> {
  await client.query("update users set password_hash = $2 where id = $1", [id, passwordHash]);
}

/** True when a verified account has this address. */
export async function isTaken(client: PoolClient, email: string): Promise<boolean> {
  const { rowCount } = await client.query(
    "select 1 from users where email = $1 and email_verified_at is not null",
    [email],
  );
  return rowCount === 1;
}

/** Creates a user who claims an address without having shown that it is theirs; returns the id. */
export async function createClaimant(
  client: PoolClient,
  user: { email: string; name: string; passwordHash: string },
): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    `with claimant as (insert into users (email, name, password_hash) values ($1, $2, $3) returning id)
     insert into user_roles (user_id, role) select id, 'viewer' from claimant returning user_id as id`,
    [user.email, user.name, user.passwordHash],
  );
  return rows[0]?.id ?? "";
}

/** What it takes to create a user whose address is known to be theirs. */
export interface NewUser {
  email: string;
  name: string;
  passwordHash: string;
  roles: readonly Role[];
}

/** Creates the user unless the address is taken; tells whether it did. An existing user is left as they are. */
export async function createUserOnce(pool: Pool, user: NewUser): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `insert into users (email, name, password_hash, email_verified_at) values (lower($1), $2, $3, now())
       on conflict (email) where email_verified_at is not null do nothing returning id`,
      [user.email, user.name, user.passwordHash],
    );
    if (rows[0] === undefined) return false;
    await client.query("insert into user_roles (user_id, role) select $1, unnest($2::text[])", [
      rows[0].id,
      user.roles,
    ]);
    return true;
  });
}
