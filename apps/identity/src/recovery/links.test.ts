import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIdentity, type TestIdentity } from "../../test/identity.ts";
import { forgottenPassword, linkIn, sendRegistration, useLink } from "../../test/people.ts";
import { RelyingParty } from "../../test/relying-party.ts";
import { createAccountChanges } from "../users/account-changes.ts";

const plenty = { max: 10_000, windowSeconds: 600 };
const fields = { password: "a quiet lake at night" };

type Kind = "verify-email" | "reset-password" | "change-email" | "undo-email-change";
const kinds: readonly Kind[] = ["verify-email", "reset-password", "change-email", "undo-email-change"];

describe("links from mail", () => {
  let identity: TestIdentity;
  let shell: RelyingParty;
  let people = 0;

  beforeAll(async () => {
    identity = await startIdentity({
      limits: { registerPerAddress: plenty, mailPerAddress: plenty, linkPerAddress: plenty },
    });
    shell = await RelyingParty.discover(identity);
  });
  afterAll(async () => {
    await identity.close();
  });

  /** A fresh link of a kind, with the address of the account that it is for. */
  async function make(kind: Kind): Promise<{ link: URL; email: string }> {
    people += 1;
    const email = `p${String(people)}@mullion.test`;
    if (kind === "verify-email") {
      await sendRegistration(shell, { name: "Ada", email, password: "a long walk in the rain" });
      return { link: linkIn(await identity.mails.next(email)), email };
    }
    const userId = await identity.addUser(email, ["member"]);
    if (kind === "reset-password") return { link: await forgottenPassword(identity, email), email };
    const { pool, issuer, mailer } = identity;
    const changes = createAccountChanges({ pool, issuer, mailer });
    const to = `new-${email}`;
    await changes.requestEmailChange({ userId, email: to, address: "127.0.0.1" });
    const link = linkIn(await identity.mails.next(to));
    if (kind === "change-email") return { link, email };
    await useLink(link);
    return { link: linkIn(await identity.mails.next(email)), email: to };
  }

  const set = (what: string, email: string): Promise<unknown> =>
    identity.pool.query(`update users set ${what} where email = $1`, [email]);

  it.each(kinds)(
    "SEC-61 %s: opening the link, also again and again, does nothing; its button works once",
    async (kind) => {
      const { link } = await make(kind);
      for (let n = 0; n < 3; n += 1) expect((await fetch(link)).status).toBe(200);
      expect((await useLink(link, fields)).status).toBe(200);
      expect((await useLink(link, fields)).status).toBe(410);
      const again = await fetch(link);
      expect(again.status).toBe(410);
      expect(await again.text()).toContain("This link is not good any more");
    },
  );

  it.each([
    ["verify-email", "24 hours", 24 * 60],
    ["reset-password", "30 minutes", 30],
    ["change-email", "24 hours", 24 * 60],
    ["undo-email-change", "7 days", 7 * 24 * 60],
  ] as const)("SEC-61 %s: the link is good for %s and not a minute longer", async (kind, _words, minutes) => {
    const { link } = await make(kind);
    const age = (by: number): Promise<unknown> =>
      identity.pool.query("update account_links set expires_at = expires_at - $1 * interval '1 minute'", [
        by,
      ]);
    await age(minutes - 1);
    expect((await fetch(link)).status).toBe(200);
    await age(1);
    expect((await fetch(link)).status).toBe(410);
    expect((await useLink(link, fields)).status).toBe(410);
  });

  it.each([
    ["verify-email", "email = 'moved-1@mullion.test'", 410],
    ["reset-password", "email = 'moved-2@mullion.test'", 410],
    ["reset-password", "password_hash = 'another'", 410],
    ["change-email", "email = 'moved-3@mullion.test'", 410],
    ["change-email", "password_hash = 'another'", 410],
    // Whoever took the account over may have changed everything: this one must work all the same.
    ["undo-email-change", "email = 'moved-4@mullion.test'", 200],
    ["undo-email-change", "password_hash = 'another'", 200],
  ] as const)("SEC-61 %s: after a change of %s it answers %i", async (kind, change, status) => {
    const { link, email } = await make(kind);
    await set(change, email);
    expect((await useLink(link, fields)).status).toBe(status);
  });

  it.each(kinds)("SEC-61 %s: the token opens nothing else", async (kind) => {
    const { link } = await make(kind);
    for (const other of kinds.filter((each) => each !== kind)) {
      const elsewhere = new URL(link.href.replace(link.pathname, `/${other}`));
      expect((await fetch(elsewhere)).status).toBe(410);
      expect((await useLink(elsewhere, fields)).status).toBe(410);
    }
    expect((await useLink(link, fields)).status).toBe(200);
  });

  it.each(kinds)(
    "SEC-61 %s: a token that was altered, cut, invented or left out is not good",
    async (kind) => {
      const { link } = await make(kind);
      const token = link.searchParams.get("token") ?? "";
      const altered = `${token.startsWith("A") ? "B" : "A"}${token.slice(1)}`;
      for (const wrong of [
        altered,
        token.slice(1),
        `${token}A`,
        "",
        "%00",
        "'; drop table users",
        token.toUpperCase(),
      ]) {
        const url = new URL(`${link.pathname}?${new URLSearchParams({ token: wrong }).toString()}`, link);
        expect((await fetch(url)).status).toBe(410);
        expect((await useLink(url, fields)).status).toBe(410);
      }
      expect((await useLink(link, fields)).status).toBe(200);
    },
  );

  it("SEC-61 a copy of the database opens no link", async () => {
    const { link } = await make("reset-password");
    const token = link.searchParams.get("token") ?? "";
    const { rows } = await identity.pool.query<{ all: string }>(
      `select to_jsonb(l)::text as all from account_links l
       union all select to_jsonb(m)::text from mail_outbox m union all select to_jsonb(a)::text from audit_log a`,
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(token);
    const hash = rows.map(({ all }) => /"token_hash": "\\\\x([0-9a-f]+)"/.exec(all)?.[1]).filter(Boolean);
    for (const stored of hash) {
      const url = new URL(link);
      url.searchParams.set("token", Buffer.from(stored ?? "", "hex").toString("base64url"));
      expect((await fetch(url)).status).toBe(410);
    }
    expect(hash.length).toBeGreaterThan(0);
  });
});
