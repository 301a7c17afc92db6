import type { PublisherList } from "@mullion/contracts";
import type { Pool, PoolClient } from "@mullion/postgres";
import type { Caller } from "../actor.ts";
import { appendAudit } from "../audit.ts";
import { refuse } from "../errors.ts";

interface PublisherRow {
  readonly subject: string;
  readonly name: string;
  readonly granted_at: Date;
  readonly granted_by: string;
}

async function publishersOf(client: Pool | PoolClient, remote: string): Promise<PublisherRow[]> {
  const { rows } = await client.query<PublisherRow>(
    "select subject, name, granted_at, granted_by from publishers where remote = $1 order by granted_at, subject",
    [remote],
  );
  return rows;
}

function assertAmong(publishers: readonly PublisherRow[], caller: Caller, remote: string): void {
  if (caller.isAdmin || publishers.some(({ subject }) => subject === caller.subject)) return;
  throw refuse(
    "not_a_publisher",
    `${remote} belongs to ${publishers.map(({ name }) => name).join(", ")}. One of them, or an administrator, lets you in: mullion publishers add ${remote} ${caller.subject}`,
  );
}

/**
 * Lets pass whom the remote belongs to, and administrators. A remote that belongs to nobody yet lets everybody pass.
 * @throws {ProblemError} `not_a_publisher`.
 */
export async function assertMayChange(
  client: Pool | PoolClient,
  caller: Caller,
  remote: string,
): Promise<void> {
  const publishers = await publishersOf(client, remote);
  if (publishers.length > 0) assertAmong(publishers, caller, remote);
}

/**
 * Makes the remote known, and the caller its first publisher where it has none. Of several at once the first gets it.
 * @throws {ProblemError} `not_a_publisher`.
 */
export async function claimRemote(client: PoolClient, caller: Caller, remote: string): Promise<void> {
  await client.query("insert into remotes (name, created_by) values ($1, $2) on conflict do nothing", [
    remote,
    caller.name,
  ]);
  await client.query("select from remotes where name = $1 for update", [remote]);
  const publishers = await publishersOf(client, remote);
  if (publishers.length > 0) assertAmong(publishers, caller, remote);
  else await addPublisher(client, caller, { remote, subject: caller.subject, name: caller.name });
}

/** Who is to publish what. */
interface Grant {
  readonly remote: string;
  readonly subject: string;
  readonly name: string;
}

/** Lets a subject publish the remote; one who may already keeps the name. */
export async function addPublisher(client: PoolClient, caller: Caller, grant: Grant): Promise<void> {
  const { remote, subject, name } = grant;
  const { rowCount } = await client.query(
    `insert into publishers (remote, subject, name, granted_by) values ($1, $2, $3, $4)
     on conflict do nothing`,
    [remote, subject, name, caller.name],
  );
  if (rowCount === 1) {
    await appendAudit(client, caller, { action: "publisher.added", remote, detail: { subject, name } });
  }
}

/**
 * Takes the remote from a subject.
 * @throws {ProblemError} `publisher_unknown`, or `last_publisher`: then whoever came next could claim the name.
 */
export async function removePublisher(
  client: PoolClient,
  caller: Caller,
  { remote, subject }: Omit<Grant, "name">,
): Promise<void> {
  // Two who remove each other at once wait here for one another.
  await client.query("select from publishers where remote = $1 order by subject for update", [remote]);
  const publishers = await publishersOf(client, remote);
  if (!publishers.some((publisher) => publisher.subject === subject)) {
    throw refuse("publisher_unknown", `${subject} is no publisher of ${remote}.`);
  }
  if (publishers.length === 1) {
    throw refuse("last_publisher", `${subject} is the only publisher of ${remote}. Add another one first.`);
  }
  await client.query("delete from publishers where remote = $1 and subject = $2", [remote, subject]);
  await appendAudit(client, caller, { action: "publisher.removed", remote, detail: { subject } });
}

/** Whom the remote belongs to. */
export async function listPublishers(client: Pool | PoolClient, remote: string): Promise<PublisherList> {
  const rows = await publishersOf(client, remote);
  return {
    remote,
    publishers: rows.map((row) => ({
      subject: row.subject,
      name: row.name,
      grantedAt: row.granted_at.toISOString(),
      grantedBy: row.granted_by,
    })),
  };
}
