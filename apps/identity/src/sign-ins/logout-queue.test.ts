import { fileURLToPath } from "node:url";
import { createPool, runMigrations } from "@mullion/postgres";
import { createTestDatabase } from "@mullion/testing";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { startIdentity, type TestIdentity } from "../../test/identity.ts";
import { type LogoutReceiver, startLogoutReceiver } from "../../test/logout-receiver.ts";
import { decodeClaims, RelyingParty, signIn } from "../../test/relying-party.ts";
import { claimNotices, queueNotices } from "./logout-queue.ts";
import { endEverySignIn } from "./sign-in-store.ts";

const member = "member@mullion.test";

describe("the queue of logouts", () => {
  let receiver: LogoutReceiver;
  let identity: TestIdentity;
  let shell: RelyingParty;
  let userId: string;

  beforeEach(async () => {
    receiver = await startLogoutReceiver();
    // Nothing is tried twice within a test by the instance that began.
    identity = await startIdentity({ backchannelLogoutUri: receiver.uri, logoutRetriesMs: [3_600_000] });
    shell = await RelyingParty.discover(identity);
    userId = await identity.addUser(member, ["member"]);
  });
  afterEach(async () => {
    await identity.close();
    receiver.close();
  });

  async function rows(): Promise<{ attempts: number }[]> {
    const found = await identity.pool.query<{ attempts: number }>("select attempts from logout_notices");
    return found.rows;
  }

  /** Resolves when the attempt under way has failed and the next one is an hour off; then it is due. */
  async function failed(): Promise<void> {
    await expect
      .poll(async () => {
        const { rowCount } = await identity.pool.query(
          "update logout_notices set next_attempt_at = now() where next_attempt_at > now() + interval '30 minutes'",
        );
        return rowCount;
      })
      .toBe(1);
  }

  it("survives the instance: what one could not deliver, another does", async () => {
    const { id_token } = await signIn(shell, member);
    receiver.answers.push(503);
    await endEverySignIn(identity.pool, userId, { action: "test" });
    await failed();
    expect(receiver.tokens).toHaveLength(1);
    const another = await startIdentity({ beside: identity });
    await expect.poll(() => receiver.tokens.length).toBe(2);
    await expect.poll(rows).toEqual([]);
    await another.close();
    const [first, second] = receiver.tokens.map(decodeClaims);
    expect(second).toMatchObject({ sub: userId, sid: decodeClaims(id_token)["sid"] });
    expect(second?.["jti"]).not.toBe(first?.["jti"]);
  });

  it("gives up only after the last pause", async () => {
    await signIn(shell, member);
    receiver.answers.push(503, 503);
    await endEverySignIn(identity.pool, userId, { action: "test" });
    await failed();
    await expect.poll(rows, { timeout: 10_000 }).toEqual([]);
    expect(receiver.tokens).toHaveLength(2);
  });

  it("instances that look at the same moment never claim the same notice", async () => {
    // Of nobody's process: an instance that looks by itself would take its share.
    const database = await createTestDatabase();
    const dir = fileURLToPath(new URL("../../migrations", import.meta.url));
    await runMigrations({ connectionString: database.connectionString, dir });
    const pool = createPool({ connectionString: database.connectionString });
    onTestFinished(async () => {
      await pool.end();
      await database.drop();
    });
    const notices = Array.from({ length: 60 }, (_, n) => ({ clientId: "none", userId, sid: String(n) }));
    await queueNotices(pool, notices);
    const claims = await Promise.all(
      Array.from({ length: 8 }, () => claimNotices(pool, { limit: 20, claimSeconds: 60 })),
    );
    const sids = claims.flat().map(({ sid }) => sid);
    expect(sids.toSorted()).toEqual(notices.map(({ sid }) => sid).toSorted());
  });

  it("a notice is queued with the end of its sign-in or not at all", async () => {
    const { refresh_token } = await signIn(shell, member);
    await identity.pool.query(
      "alter table logout_notices add constraint refuse check (client_id is null) not valid",
    );
    await expect(endEverySignIn(identity.pool, userId, { action: "test" })).rejects.toThrow("refuse");
    expect((await shell.refresh(refresh_token)).status).toBe(200);
  });
});
