import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browser } from "../../test/browser.ts";
import { password as oldPassword, startIdentity, type TestIdentity } from "../../test/identity.ts";
import {
  beginSignIn,
  forgottenPassword,
  getsIn,
  linkIn,
  refreshTokenOf,
  useLink,
} from "../../test/people.ts";
import { RelyingParty } from "../../test/relying-party.ts";

const plenty = { max: 10_000, windowSeconds: 600 };
const newPassword = "a quiet lake at night";

describe("a forgotten password", () => {
  let identity: TestIdentity;
  let shell: RelyingParty;
  let people = 0;

  beforeAll(async () => {
    identity = await startIdentity({ limits: { mailPerAddress: plenty, linkPerAddress: plenty } });
    shell = await RelyingParty.discover(identity);
  });
  afterAll(async () => {
    await identity.close();
  });

  async function someone(): Promise<string> {
    people += 1;
    const email = `someone-${String(people)}@mullion.test`;
    await identity.addUser(email, ["member"]);
    return email;
  }

  it("S3.5 is replaced with a link from mail, in any browser; every sign-in ends and the owner is told", async () => {
    const email = await someone();
    const refreshToken = await refreshTokenOf(shell, email);
    const link = await forgottenPassword(identity, email);
    expect(await (await fetch(link)).text()).toContain(email);
    const response = await useLink(link, { password: newPassword });
    expect(await response.text()).toContain("Password changed");
    expect(await getsIn(shell, { email, password: oldPassword })).toBe(false);
    expect(await getsIn(shell, { email, password: newPassword })).toBe(true);
    expect((await shell.refresh(refreshToken)).status).toBe(400);
    expect((await identity.mails.next(email)).subject).toBe("Your password was changed");
    expect(await identity.auditedActions()).toEqual(
      expect.arrayContaining(["user.password.forgot", "user.password.reset"]),
    );
  });

  it("is asked for in the middle of a sign-in, which goes on afterwards", async () => {
    const email = await someone();
    const browser = new Browser();
    const { page } = await beginSignIn(shell, browser);
    const response = await browser.post(`${page}/forgot-password`, { email });
    expect(await response.text()).toContain(`href="${new URL(page).pathname}"`);
    await useLink(linkIn(await identity.mails.next(email)), { password: newPassword });
    const { status } = await browser.post(`${page}/sign-in`, { email, password: newPassword });
    expect(status).toBe(303);
  });

  it("SEC-61 a link for it ends with the password it was asked for: the second of two does nothing", async () => {
    const email = await someone();
    const [first, second] = [
      await forgottenPassword(identity, email),
      await forgottenPassword(identity, email),
    ];
    expect((await useLink(second, { password: newPassword })).status).toBe(200);
    expect((await fetch(first)).status).toBe(410);
    expect((await useLink(first, { password: "and another one" })).status).toBe(410);
    expect(await getsIn(shell, { email, password: newPassword })).toBe(true);
  });

  it("SEC-61 of two browsers that use one link at once, one sets the password", async () => {
    const email = await someone();
    const link = await forgottenPassword(identity, email);
    const passwords = Array.from({ length: 6 }, (_, n) => `password of browser ${String(n)}`);
    const answers = await Promise.all(passwords.map((password) => useLink(link, { password })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 410, 410, 410, 410, 410]);
    const winner = answers.findIndex(({ status }) => status === 200);
    expect(await getsIn(shell, { email, password: passwords[winner] ?? "" })).toBe(true);
  });

  it("a bad new password is refused at the field and leaves the link good", async () => {
    const email = await someone();
    const link = await forgottenPassword(identity, email);
    for (const password of ["short", "password123", email, "x".repeat(300), ""]) {
      const response = await useLink(link, { password });
      expect(response.status).toBe(422);
      const page = await response.text();
      expect(page).toContain('id="password-error"');
      if (password.length > 8 && password !== email) expect(page).not.toContain(password);
    }
    expect((await useLink(link, { password: newPassword })).status).toBe(200);
  });

  it("SEC-59 answers for a known address as for an unknown one, and mails nobody who has no account", async () => {
    const email = await someone();
    const answers: string[] = [];
    for (const typed of [email, "nobody@mullion.test"]) {
      const response = await new Browser().post(`${identity.issuer}/forgot-password`, { email: typed });
      answers.push(`${String(response.status)} ${(await response.text()).replaceAll(typed, "")}`);
    }
    expect(answers[0]).toBe(answers[1]);
    await identity.mails.next(email);
    expect(identity.mails.all.map(({ to }) => to)).not.toContain("nobody@mullion.test");
  });

  it.each([{}, { email: "nobody" }, { email: "a@b.test, c@d.test" }, { email: "x".repeat(300) }])(
    "a form with something else for an address comes back with what is wrong: %j",
    async (fields) => {
      const response = await new Browser().post(`${identity.issuer}/forgot-password`, fields);
      expect(response.status).toBe(422);
      expect(await response.text()).toContain('id="email-error"');
    },
  );

  it.each(["/forgot-password", "/reset-password", "/verify-email", "/change-email", "/undo-email-change"])(
    "%s takes no form from another site, and none of 100 KB",
    async (path) => {
      const browser = new Browser();
      const fields = { email: "a@mullion.test", token: "x", password: newPassword };
      const foreign = await browser.post(`${identity.issuer}${path}`, fields, {
        origin: "https://evil.example",
      });
      expect(foreign.status).toBe(403);
      const huge = await browser.post(`${identity.issuer}${path}`, { token: "x".repeat(100_000) });
      expect(huge.status).toBe(413);
    },
  );
});
