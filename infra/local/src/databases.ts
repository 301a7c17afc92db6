import pg from "pg";

const names = {
  identity: "mullion_identity",
  "service-profile": "mullion_profile",
  "service-insights": "mullion_insights",
  registry: "mullion_registry",
} as const;

/** Connection string of each app that has a database. */
export type DatabaseUrls = Readonly<Record<keyof typeof names, string>>;

/** Creates the databases that the server at `url` does not have yet, and returns how to reach each. */
export async function ensureDatabases(url: string): Promise<DatabaseUrls> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on("error", () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>("SELECT datname FROM pg_database");
    const existing = new Set(rows.map((row) => row.datname));
    for (const name of Object.values(names)) {
      if (!existing.has(name)) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
    }
  } finally {
    await client.end();
  }
  const entries = Object.entries(names).map(([app, name]) => {
    const database = new URL(url);
    database.pathname = `/${name}`;
    return [app, database.href];
  });
  return Object.fromEntries(entries) as DatabaseUrls;
}
