import type { TestIdentity } from "./identity.ts";

/** Every row of every table, as text; bytes as hex. */
export async function dumpPostgres({ pool }: Pick<TestIdentity, "pool">): Promise<string> {
  const tables = await pool.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public' order by 1",
  );
  const dumps = await Promise.all(
    tables.rows.map(async ({ name }) => {
      const { rows } = await pool.query<{ row: string }>(`select t::text as row from "${name}" t`);
      return `-- ${name}\n${rows.map(({ row }) => row).join("\n")}`;
    }),
  );
  return dumps.join("\n");
}

/** Every key that identity has in Redis, with its value, whatever its type. */
export async function dumpRedis({ redis, keyPrefix }: TestIdentity): Promise<string> {
  const names = (await redis.keys(`${keyPrefix}*`)).map((key) => key.slice(keyPrefix.length));
  const entries = await Promise.all(
    names.map(async (name): Promise<unknown> => {
      switch (await redis.type(name)) {
        case "string":
          return [name, await redis.get(name)];
        case "hash":
          return [name, await redis.hgetall(name)];
        case "set":
          return [name, await redis.smembers(name)];
        case "zset":
          return [name, await redis.zrange(name, "0", "-1")];
        case "list":
          return [name, await redis.lrange(name, 0, -1)];
        default:
          // It has expired meanwhile.
          return [];
      }
    }),
  );
  return JSON.stringify(entries);
}

/** A secret as it may lie in a dump: itself, in hex, and in base64 at each of the three places it can begin at. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const inBase64 = [0, 1, 2].flatMap((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    // The first and last letters depend on what is around it.
    const own = padded.slice(offset === 0 ? 0 : 4, -4);
    return [own, own.replaceAll("+", "-").replaceAll("/", "_")];
  });
  return [secret, bytes.toString("hex"), bytes.toString("hex").toUpperCase(), ...inBase64];
}

/** The names of those secrets that a dump shows in any form. */
export function findSecrets(dump: string, secrets: ReadonlyMap<string, string>): string[] {
  return [...secrets].flatMap(([name, secret]) =>
    formsOf(secret).some((form) => dump.includes(form)) ? [name] : [],
  );
}
