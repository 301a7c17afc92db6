import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIdentity, type TestIdentity } from "../../test/identity.ts";
import { RelyingParty, signIn } from "../../test/relying-party.ts";
import { purgeExpired } from "./purge.ts";

const tables = ["refresh_families", "refresh_tokens", "refresh_replays", "grants", "sessions", "sign_ins"];

describe("removing what has expired", () => {
  let identity: TestIdentity;
  let shell: RelyingParty;

  beforeAll(async () => {
    identity = await startIdentity();
    shell = await RelyingParty.discover(identity);
    await identity.addUser("member@mullion.test", ["member"]);
  });
  afterAll(async () => {
    await identity.close();
  });

  async function counts(): Promise<number[]> {
    const results = await Promise.all(
      tables.map((table) => identity.pool.query<{ n: number }>(`select count(*)::int as n from ${table}`)),
    );
    return results.map(({ rows }) => rows[0]?.n ?? -1);
  }

  it("leaves what has not, also the history of what was revoked", async () => {
    const tokens = await signIn(shell, "member@mullion.test");
    const { refresh_token = "" } = await shell.refreshed(tokens.refresh_token);
    await shell.revoke(refresh_token);
    await purgeExpired(identity.pool);
    expect(await counts()).toEqual([1, 2, 1, 0, 1, 1]);
  });

  it("takes more than one batch, and a family's tokens with it", async () => {
    await signIn(shell, "member@mullion.test");
    await identity.pool.query(
      `insert into refresh_replays (id_hash, sealed, expires_at)
       select sha256(n::text::bytea), '\\x00', now() - interval '1 second' from generate_series(1, 1201) n`,
    );
    for (const table of ["refresh_families", "grants", "sessions"]) {
      await identity.pool.query(`update ${table} set expires_at = now() - interval '1 second'`);
    }
    await identity.pool.query("update refresh_replays set expires_at = now() - interval '1 second'");
    await identity.pool.query("update sign_ins set last_used_at = now() - interval '46 days'");
    await purgeExpired(identity.pool);
    expect(await counts()).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
