import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIdentity, type TestIdentity } from "../../test/identity.ts";
import { RelyingParty, signIn } from "../../test/relying-party.ts";
import { createAuditLog } from "./audit-log.ts";

const brokenLinks = `
  select count(*)::int as broken from (
    select a.hash <> audit_log_hash(lag(a.hash) over (order by a.id), a) as broken from audit_log a
  ) as links where broken`;

describe("the audit log", () => {
  let identity: TestIdentity;

  beforeAll(async () => {
    identity = await startIdentity();
    await identity.addUser("member@mullion.test", ["member"]);
  });
  afterAll(async () => {
    await identity.close();
  });

  it("knows of sign-in and of every token, by how it was got", async () => {
    const shell = await RelyingParty.discover(identity);
    const { refresh_token } = await signIn(shell, "member@mullion.test");
    await shell.refresh(refresh_token);
    await shell.clientCredentials("registry:read");
    expect(await identity.auditedActions()).toEqual([
      "signin.success",
      "token.authorization_code",
      "token.refresh_token",
      "token.client_credentials",
    ]);
  });

  it("chains entries that several instances write at the same time", async () => {
    const writers = Array.from({ length: 4 }, () => createAuditLog(identity.pool));
    await Promise.all(
      writers.flatMap((log, n) =>
        Array.from({ length: 25 }, (_, i) => log.write({ action: "test", details: { n, i } })),
      ),
    );
    const { rows } = await identity.pool.query(
      "select count(*)::int as n from audit_log where action = 'test'",
    );
    expect(rows).toEqual([{ n: 100 }]);
    expect((await identity.pool.query(brokenLinks)).rows).toEqual([{ broken: 0 }]);
  });

  it.each(["update audit_log set action = 'x'", "delete from audit_log", "truncate audit_log"])(
    "refuses %s",
    async (statement) => {
      await expect(identity.pool.query(statement)).rejects.toThrow("append-only");
    },
  );

  it("shows what was altered behind its back", async () => {
    await identity.pool.query("alter table audit_log disable trigger audit_log_append_only");
    await identity.pool.query("update audit_log set user_id = 'mallory' where id = 2");
    expect((await identity.pool.query(brokenLinks)).rows).toEqual([{ broken: 1 }]);
  });
});
