import type { Pool, PoolClient } from "@mullion/postgres";

/** Scopes by where they belong: to OpenID Connect, or to a resource (RFC 8707). */
export interface ConsentedScopes {
  openid: string[];
  /** Claims asked for one by one. */
  claims: string[];
  resources: Readonly<Record<string, string[]>>;
}

/** What a user allowed a client of somebody else. */
export interface Consent extends ConsentedScopes {
  clientId: string;
  firstAllowedAt: Date;
}

const columns = `client_id as "clientId", openid_scopes as openid, openid_claims as claims, resource_scopes as resources,
  first_allowed_at as "firstAllowedAt"`;

/** What the user allowed this client so far, if anything. */
export async function findConsent(
  client: Pick<PoolClient, "query">,
  { userId, clientId }: { userId: string; clientId: string },
): Promise<Consent | undefined> {
  const { rows } = await client.query<Consent>(
    `select ${columns} from consents where user_id = $1 and client_id = $2`,
    [userId, clientId],
  );
  return rows[0];
}

/** Every client of somebody else that the user allowed something. */
export async function listConsents(pool: Pool, userId: string): Promise<Consent[]> {
  const { rows } = await pool.query<Consent>(
    `select ${columns} from consents where user_id = $1 order by first_allowed_at desc, client_id`,
    [userId],
  );
  return rows;
}

function union(some: readonly string[] = [], more: readonly string[] = []): string[] {
  return [...new Set([...some, ...more])];
}

/** Both consents in one. */
function addScopes(had: ConsentedScopes | undefined, more: ConsentedScopes): ConsentedScopes {
  const resources = union(Object.keys(had?.resources ?? {}), Object.keys(more.resources));
  return {
    openid: union(had?.openid, more.openid),
    claims: union(had?.claims, more.claims),
    resources: Object.fromEntries(
      resources.map((resource) => [resource, union(had?.resources[resource], more.resources[resource])]),
    ),
  };
}

/** Remembers what a user allows a client, beside what they allowed before. */
export async function rememberConsent(
  client: Pick<PoolClient, "query">,
  { userId, clientId, scopes }: { userId: string; clientId: string; scopes: ConsentedScopes },
): Promise<void> {
  const all = addScopes(await findConsent(client, { userId, clientId }), scopes);
  await client.query(
    `insert into consents (user_id, client_id, openid_scopes, openid_claims, resource_scopes)
     values ($1, $2, $3, $4, $5)
     on conflict (user_id, client_id) do update set openid_scopes = excluded.openid_scopes,
       openid_claims = excluded.openid_claims, resource_scopes = excluded.resource_scopes, last_allowed_at = now()`,
    [userId, clientId, all.openid, all.claims, JSON.stringify(all.resources)],
  );
}

/** True while the user allows this client anything. Waits for a withdrawal that is under way. */
export async function isConsented(
  pool: Pool,
  { userId, clientId }: { userId: string; clientId: string },
): Promise<boolean> {
  const { rowCount } = await pool.query(
    "select 1 from consents where user_id = $1 and client_id = $2 for share",
    [userId, clientId],
  );
  return rowCount === 1;
}
