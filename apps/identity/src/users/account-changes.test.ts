import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { password, startIdentity, type TestIdentity } from "../../test/identity.ts";
import { forgottenPassword, getsIn, linkIn, refreshTokenOf, useLink } from "../../test/people.ts";
import { RelyingParty } from "../../test/relying-party.ts";
import { type AccountChanges, createAccountChanges } from "./account-changes.ts";

const plenty = { max: 10_000, windowSeconds: 600 };
const address = "127.0.0.1";
const newPassword = "a quiet lake at night";

describe("changes to an account", () => {
  let identity: TestIdentity;
  let shell: RelyingParty;
  let changes: AccountChanges;
  let people = 0;

  beforeAll(async () => {
    identity = await startIdentity({ limits: { mailPerAddress: plenty, linkPerAddress: plenty } });
    shell = await RelyingParty.discover(identity);
    changes = createAccountChanges(identity);
  });
  afterAll(async () => {
    await identity.close();
  });

  async function someone(): Promise<{ userId: string; email: string }> {
    people += 1;
    const email = `c${String(people)}@mullion.test`;
    return { userId: await identity.addUser(email, ["member"]), email };
  }

  /** The account moves to another address; the links that were mailed to either. */
  async function move(userId: string, from: string, to: string): Promise<{ confirm: URL; undo: URL }> {
    await changes.requestEmailChange({ userId, email: to, address });
    const confirm = linkIn(await identity.mails.next(to, /new e-mail/));
    expect((await useLink(confirm)).status).toBe(200);
    return { confirm, undo: linkIn(await identity.mails.next(from, /was changed/)) };
  }

  it("S3.5 a new password counts at once, and the owner is told", async () => {
    const { userId, email } = await someone();
    await changes.changePassword({ userId, password: newPassword, keepSessionUid: "none", address });
    expect(await getsIn(shell, { email, password })).toBe(false);
    expect(await getsIn(shell, { email, password: newPassword })).toBe(true);
    expect((await identity.mails.next(email)).subject).toBe("Your password was changed");
  });

  it("a new password ends every other sign-in, and links that were mailed for the old one", async () => {
    const { userId, email } = await someone();
    const refreshToken = await refreshTokenOf(shell, email);
    const reset = await forgottenPassword(identity, email);
    await changes.changePassword({ userId, password: newPassword, keepSessionUid: "none", address });
    expect((await shell.refresh(refreshToken)).status).toBe(400);
    expect((await useLink(reset, { password: "something else entirely" })).status).toBe(410);
  });

  it("S3.5 a new address counts once its link was used; every sign-in ends, and the old address is told", async () => {
    const { userId, email } = await someone();
    const refreshToken = await refreshTokenOf(shell, email);
    const to = `new-${email}`;
    await changes.requestEmailChange({ userId, email: to, address });
    const link = linkIn(await identity.mails.next(to));
    expect(await getsIn(shell, { email, password })).toBe(true);
    expect((await shell.refresh(refreshToken)).status).toBe(200);
    await useLink(link);
    expect(await getsIn(shell, { email, password })).toBe(false);
    expect(await getsIn(shell, { email: to, password })).toBe(true);
    expect((await identity.mails.next(email)).text).toContain(to);
  });

  it("the old address takes the change back: the address returns, the password is void, a link to another comes", async () => {
    const { userId, email } = await someone();
    const to = `thief-of-${email}`;
    const { undo } = await move(userId, email, to);
    const thiefs = await refreshTokenOf(shell, to);
    await useLink(undo);
    expect((await shell.refresh(thiefs)).status).toBe(400);
    for (const each of [email, to]) expect(await getsIn(shell, { email: each, password })).toBe(false);
    await useLink(linkIn(await identity.mails.next(email, /Choose a new password/)), {
      password: newPassword,
    });
    expect(await getsIn(shell, { email, password: newPassword })).toBe(true);
  });

  it("whoever moved the account twice cannot take it back from its owner, nor does their link end the owner's", async () => {
    const { userId, email } = await someone();
    const [second, third] = [`second-${email}`, `third-${email}`];
    const owners = (await move(userId, email, second)).undo;
    const thiefs = (await move(userId, second, third)).undo;
    const inHand = await forgottenPassword(identity, third);
    expect((await useLink(thiefs)).status).toBe(200);
    expect((await useLink(owners)).status).toBe(200);
    expect((await useLink(inHand, { password: newPassword })).status).toBe(410);

    const again = await someone();
    const first = (await move(again.userId, again.email, `x-${again.email}`)).undo;
    const later = (await move(again.userId, `x-${again.email}`, `y-${again.email}`)).undo;
    expect((await useLink(first)).status).toBe(200);
    expect((await useLink(later)).status).toBe(410);
  });

  it("SEC-59 asking for an address that is taken looks the same; its owner is told, nothing changes", async () => {
    const [one, other] = [await someone(), await someone()];
    await changes.requestEmailChange({ userId: one.userId, email: other.email, address });
    const mail = await identity.mails.next(other.email);
    expect(mail.subject).toBe("Your address was entered for another account");
    expect(() => linkIn(mail)).toThrow();
    expect(await getsIn(shell, { email: one.email, password })).toBe(true);
  });

  it("an address that was taken between the mail and its link is not given twice", async () => {
    const { userId, email } = await someone();
    const to = `late-${email}`;
    await changes.requestEmailChange({ userId, email: to, address });
    const link = linkIn(await identity.mails.next(to));
    await identity.addUser(to, ["member"]);
    expect((await useLink(link)).status).toBe(410);
    expect(await getsIn(shell, { email, password })).toBe(true);
  });

  it("a deleted account leaves nothing personal behind but its id in the audit log", async () => {
    const { userId, email } = await someone();
    const refreshToken = await refreshTokenOf(shell, email);
    await forgottenPassword(identity, email);
    expect(await changes.deleteAccount({ userId, address })).toBe("deleted");
    expect((await shell.refresh(refreshToken)).status).toBe(400);
    expect(await getsIn(shell, { email, password })).toBe(false);
    expect((await identity.mails.next(email)).subject).toBe("Your account was deleted");
    const { rows: tables } = await identity.pool.query<{ name: string }>(
      "select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
    );
    const left: string[] = [];
    for (const { name } of tables) {
      const { rowCount } = await identity.pool.query(
        `select 1 from "${name}" t where to_jsonb(t)::text like $1 or to_jsonb(t)::text like $2`,
        [`%${email}%`, `%${userId}%`],
      );
      if (rowCount !== 0) left.push(name);
    }
    expect(left).toEqual(["audit_log"]);
  });

  it("the last administrator cannot go, and two who go at once are not both gone", async () => {
    const ids = await Promise.all(
      ["a", "b"].map((name) => identity.addUser(`${name}@admins.test`, ["admin"])),
    );
    const outcomes = await Promise.all(ids.map((userId) => changes.deleteAccount({ userId, address })));
    expect(outcomes.toSorted()).toEqual(["deleted", "last_admin"]);
    expect(
      await getsIn(shell, { email: `${outcomes[0] === "deleted" ? "b" : "a"}@admins.test`, password }),
    ).toBe(true);
  });
});
