import { randomBytes } from "node:crypto";
import type { Pool, PoolClient } from "@mullion/postgres";
import { z } from "zod";
import { hashId } from "../storage/id-hash.ts";

type Queries = Pick<PoolClient, "query">;

const hourSeconds = 60 * 60;

/** What links in mail are for, and how long each is good. */
export const linkSeconds = {
  "verify-email": 24 * hourSeconds,
  "reset-password": hourSeconds / 2,
  "change-email": 24 * hourSeconds,
  "undo-email-change": 7 * 24 * hourSeconds,
} as const;

/** What a link does. */
export type LinkPurpose = keyof typeof linkSeconds;

/** Whom a link is for. */
export interface AccountLink {
  userId: string;
  name: string;
  /** The address the link was sent to, and acts for. */
  email: string;
  /** The account's address of the moment. */
  currentEmail: string;
  madeAt: Date;
}

const tokenSchema = z.string().regex(/^[\w-]{43}$/);

// What must be as it was when the link was made. An undo has to work whatever was changed since.
const bond = `sha256(convert_to(case $2::text
  when 'verify-email' then u.email
  when 'undo-email-change' then ''
  else u.email || E'\\n' || coalesce(u.password_hash, '') end, 'UTF8'))`;

/**
 * Makes a link for a user, sent to `email`; returns its token. For `userId: null` (nobody has the address) it does the
 * same work, and the token opens nothing.
 */
export async function createLink(
  queries: Queries,
  { purpose, userId, email }: { purpose: LinkPurpose; userId: string | null; email: string },
): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  await queries.query(
    `insert into account_links (token_hash, purpose, user_id, email, bound_to, expires_at)
     select $1, $2, u.id, $4, coalesce(${bond}, ''::bytea), now() + $5 * interval '1 second'
     from (values ($3::uuid)) as of_user (id) left join users u on u.id = of_user.id`,
    [hashId(token), purpose, userId, email, linkSeconds[purpose]],
  );
  return token;
}

const valid = `l.token_hash = $1 and l.purpose = $2 and l.user_id = u.id and l.expires_at > now() and l.bound_to = ${bond}`;
const columns = `u.id as "userId", u.name, l.email, u.email as "currentEmail", l.created_at as "madeAt"`;

/** Whom a link is for, without using it; undefined when it is used, expired, void or invented. */
export async function findLink(
  pool: Pool,
  purpose: LinkPurpose,
  token: unknown,
): Promise<AccountLink | undefined> {
  const parsed = tokenSchema.safeParse(token);
  if (!parsed.success) return undefined;
  const { rows } = await pool.query<AccountLink>(
    `select ${columns} from account_links l, users u where ${valid}`,
    [hashId(parsed.data), purpose],
  );
  return rows[0];
}

/** Uses a link up, in the transaction of what it does: of two that use it at once, one gets it. */
export async function useLink(
  client: PoolClient,
  purpose: LinkPurpose,
  token: unknown,
): Promise<AccountLink | undefined> {
  const parsed = tokenSchema.safeParse(token);
  if (!parsed.success) return undefined;
  const { rows } = await client.query<AccountLink>(
    `delete from account_links l using users u where ${valid} returning ${columns}`,
    [hashId(parsed.data), purpose],
  );
  return rows[0];
}

/** Thrown inside a transaction, to undo it: the link was used by somebody else in the meantime. */
export class LinkGone extends Error {}

/** `useLink` for what must not happen without it. Rejects with `LinkGone`. */
export async function requireLink(
  client: PoolClient,
  purpose: LinkPurpose,
  token: unknown,
): Promise<AccountLink> {
  const link = await useLink(client, purpose, token);
  if (link === undefined) throw new LinkGone();
  return link;
}
