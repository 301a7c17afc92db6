import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ageSessions, visitAccount } from "../../test/account.ts";
import { Browser } from "../../test/browser.ts";
import { password } from "../../test/identity.ts";
import { openSignIn, signIn } from "../../test/relying-party.ts";
import { type FederatedIdentity, signInWith, startFederatedIdentity } from "../../test/upstream-journey.ts";
import { findUser } from "../users/user-store.ts";

const better = "a much longer sentence than before";

describe("settings of the account", () => {
  let all: FederatedIdentity;
  let email: string;
  let userId: string;
  let count = 0;

  beforeAll(async () => {
    all = await startFederatedIdentity();
  });
  beforeEach(async () => {
    count += 1;
    email = `person-${String(count)}@mullion.test`;
    userId = await all.identity.addUser(email, ["member"]);
  });
  afterAll(async () => {
    await all.close();
  });

  async function signsInWith(secret: string, address = email): Promise<boolean> {
    const browser = new Browser();
    const form = await openSignIn(browser, await all.shell.authorization());
    return (await browser.post(form, { email: address, password: secret })).status === 303;
  }

  it("changes the password: the new one counts, this device stays, the others are signed out", async () => {
    const elsewhere = await signIn(all.shell, email);
    const browser = new Browser();
    const here = await signIn(all.shell, email, { browser });
    const visit = await visitAccount(all.identity, email, browser);
    const { url, page } = await visit.send("/account/password", { new_password: better });
    expect(url).toBe("/account?done=password");
    expect(page).toContain("Your password was changed.");
    expect(await signsInWith(better)).toBe(true);
    expect(await signsInWith(password)).toBe(false);
    expect((await all.shell.refresh(elsewhere.refresh_token)).status).toBe(400);
    expect((await all.shell.refresh(here.refresh_token)).status).toBe(200);
  });

  it.each([
    ["short", "short"],
    ["common", "password123"],
    ["about its owner", "person-"],
    ["absent", ""],
    ["oversized", "x".repeat(300)],
  ])("takes no new password that is %s, and says why at the field", async (_what, bad) => {
    const visit = await visitAccount(all.identity, email);
    const { status, page } = await visit.send("/account/password", { new_password: bad });
    expect(status).toBe(422);
    expect(page).toMatch(/id="new_password" [^>]*aria-describedby="new_password-hint new_password-error"/);
    expect(await signsInWith(password)).toBe(true);
  });

  it.each([
    ["password", { new_password: better }],
    ["email", { email: "new@mullion.test" }],
    ["delete", {}],
  ])("five minutes after the sign-in %s takes the password, the right one", async (what, fields) => {
    const visit = await visitAccount(all.identity, email);
    await ageSessions(all.identity, userId, 6);
    const path = `/account/${what}`;
    const filled = what === "delete" ? { email } : fields;
    expect((await visit.open(path)).page).toContain('name="current_password"');
    for (const wrong of [{}, { current_password: "wrong" }]) {
      const refused = await visit.send(path, { ...filled, ...wrong });
      expect(refused.status).toBe(422);
      expect(refused.page).toContain("This is not your current password.");
    }
    expect(await findUser(all.identity.pool, userId)).toMatchObject({ email });
    expect(await signsInWith(password)).toBe(true);
    const done = await visit.send(path, { ...filled, current_password: password });
    expect(done.status).toBe(200);
    expect(done.page).not.toContain("This is not your current password.");
  });

  it("guesses of the current password are limited like those on the sign-in page", async () => {
    const visit = await visitAccount(all.identity, email);
    await ageSessions(all.identity, userId, 6);
    const guess = (secret: string) =>
      visit.send("/account/password", { new_password: better, current_password: secret });
    for (let n = 0; n < 10; n += 1) expect((await guess("wrong")).status).toBe(422);
    expect((await guess(password)).status).toBe(429);
    expect(await signsInWith(password)).toBe(false);
  });

  it("whoever has no password signs in again instead, and can then set one", async () => {
    all.google.account = {
      sub: `g-${String(count)}`,
      email: `g-${String(count)}@example.test`,
      email_verified: true,
    };
    const browser = new Browser();
    const { userId: googleUser = "" } = await signInWith(all, "google", browser);
    await ageSessions(all.identity, googleUser, 6);
    const page = async (path: string): Promise<string> =>
      (await browser.follow(`${all.identity.issuer}${path}`)).response.text();
    expect(await page("/account/password")).toContain("/account/confirm?to=%2Faccount%2Fpassword");
    const refused = await browser.post(`${all.identity.issuer}/account/password`, { new_password: better });
    expect(refused.status).toBe(403);

    const { url } = await browser.follow(`${all.identity.issuer}/account/confirm?to=/account/password`);
    const toGoogle = await browser.get(`${url}/federation/google`);
    const answer = await fetch(toGoogle.headers.get("location") ?? "", { redirect: "manual" });
    const back = await browser.follow(answer.headers.get("location") ?? "");
    expect(back.url).toBe(`${all.identity.issuer}/account/password`);
    await browser.post(`${all.identity.issuer}/account/password`, { new_password: better });
    expect(await signsInWith(better, `g-${String(count)}@example.test`)).toBe(true);
  });

  it("another address counts only once the link that was mailed to it was used", async () => {
    const visit = await visitAccount(all.identity, email);
    const address = `new-${String(count)}@mullion.test`;
    const { page } = await visit.send("/account/email", { email: address.toUpperCase() });
    expect(page).toContain("We sent a link to the new address.");
    expect((await findUser(all.identity.pool, userId))?.email).toBe(email);
    const mail = await all.identity.mails.next(address);
    const token = /\/change-email\?token=([\w-]+)/.exec(mail.text)?.[1] ?? "";
    await visit.send("/change-email", { token });
    expect((await findUser(all.identity.pool, userId))?.email).toBe(address);
  });

  it.each(["", "nobody", "a@b@c", `${"x".repeat(260)}@mullion.test`])(
    "refuses %j as an address",
    async (address) => {
      const visit = await visitAccount(all.identity, email);
      const { status, page } = await visit.send("/account/email", { email: address });
      expect(status).toBe(422);
      expect(page).toContain('aria-invalid="true"');
    },
  );

  it("SEC-59 says the same of an address that somebody else has", async () => {
    const taken = `taken-${String(count)}@mullion.test`;
    await all.identity.addUser(taken, ["member"]);
    const visit = await visitAccount(all.identity, email);
    const known = await visit.send("/account/email", { email: taken });
    const unknown = await visit.send("/account/email", { email: `free-${String(count)}@mullion.test` });
    expect([known.status, known.url]).toEqual([unknown.status, unknown.url]);
    expect(known.page).toBe(unknown.page);
  });

  it("deletes the account once the address was typed: nobody signs in, nothing is left of a session", async () => {
    const { refresh_token } = await signIn(all.shell, email);
    const visit = await visitAccount(all.identity, email);
    expect((await visit.send("/account/delete", { email: "somebody@else.test" })).status).toBe(422);
    const { page } = await visit.send("/account/delete", { email: ` ${email.toUpperCase()}` });
    expect(page).toContain("Account deleted");
    expect(await findUser(all.identity.pool, userId)).toBeUndefined();
    expect((await all.shell.refresh(refresh_token)).status).toBe(400);
    expect((await visit.open("/account")).page).toContain('name="password"');
    expect(await signsInWith(password)).toBe(false);
  });

  it("keeps the last administrator", async () => {
    const root = `root-${String(count)}@mullion.test`;
    await all.identity.addUser(root, ["admin"]);
    const visit = await visitAccount(all.identity, root);
    const { status, page } = await visit.send("/account/delete", { email: root });
    expect(status).toBe(409);
    expect(page).toContain("You are the last administrator.");
  });
});
