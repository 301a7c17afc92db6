import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Browser } from "../../test/browser.ts";
import { password } from "../../test/identity.ts";
import { openSignIn } from "../../test/relying-party.ts";
import {
  type FederatedIdentity,
  signInWith,
  startFederatedIdentity,
  visitUpstream,
} from "../../test/upstream-journey.ts";
import { findUser } from "../users/user-store.ts";

describe("signing in with Google", () => {
  let all: FederatedIdentity;
  let subject = 0;

  beforeAll(async () => {
    all = await startFederatedIdentity();
  });
  beforeEach(() => {
    subject += 1;
    all.google.misbehaviour = {};
    all.google.account = {
      sub: `google-${String(subject)}`,
      email: `person-${String(subject)}@example.test`,
      email_verified: true,
      name: "Ada Lovelace",
    };
  });
  afterAll(async () => {
    await all.close();
  });

  const emailOf = (): string => all.google.account.email ?? "";
  const userCount = async (): Promise<number> => {
    const { rows } = await all.identity.pool.query<{ count: number }>("select count(*)::int from users");
    return rows[0]?.count ?? -1;
  };

  it("S3.4 somebody new gets an account with the verified address and the lowest role, and the same one next time", async () => {
    const { userId } = await signInWith(all, "google");
    const user = await findUser(all.identity.pool, userId ?? "");
    expect(user).toMatchObject({
      email: emailOf(),
      emailVerified: true,
      name: "Ada Lovelace",
      roles: ["viewer"],
    });
    expect((await signInWith(all, "google")).userId).toBe(userId);
    expect(await all.identity.auditedActions()).toEqual(
      expect.arrayContaining(["user.provision", "identity.link", "signin.success"]),
    );
  });

  it("S3.4 asks with state, nonce and PKCE, new ones each time", async () => {
    await signInWith(all, "google");
    await signInWith(all, "google");
    const [one, other] = all.google.asked.slice(-2);
    for (const name of ["state", "nonce", "code_challenge"]) {
      expect(one?.get(name)).toMatch(/^[\w-]{43}$/);
      expect(other?.get(name)).not.toBe(one?.get(name));
    }
    expect(one?.get("code_challenge_method")).toBe("S256");
  });

  it("S3.4 links an account whose address both sides have verified", async () => {
    const userId = await all.identity.addUser(emailOf(), ["member"]);
    all.google.account.email = emailOf().toUpperCase();
    expect((await signInWith(all, "google")).userId).toBe(userId);
    expect((await findUser(all.identity.pool, userId))?.roles).toEqual(["member"]);
    const mail = await all.identity.mails.next(`person-${String(subject)}@example.test`);
    expect(mail.subject).toBe("Google was linked to your account");
  });

  it.each([
    ["says it is not verified", { email_verified: false }],
    ["says nothing of its verification", { email_verified: undefined }],
    ["says so in a string", { email_verified: "true" }],
    ["names none", { email: undefined, email_verified: undefined }],
  ])("S3.4 links and creates nothing when Google %s, and says what to do", async (_what, claims) => {
    await all.identity.addUser(emailOf(), ["member"]);
    const before = await userCount();
    all.google.misbehaviour = { claims };
    const { status, page, userId } = await signInWith(all, "google");
    expect(userId).toBeUndefined();
    expect(status).toBe(403);
    expect(page).toContain("sign in with it and link Google in your account");
    expect(await userCount()).toBe(before);
    const { rows } = await all.identity.pool.query("select 1 from identities where subject = $1", [
      all.google.account.sub,
    ]);
    expect(rows).toEqual([]);
  });

  it("S3.4 whoever registered the address without verifying it has nothing left once its owner comes by Google", async () => {
    const { rows } = await all.identity.pool.query<{ id: string }>(
      `insert into users (email, name, password_hash)
       select $1, 'Mallory', password_hash from users where password_hash is not null limit 1 returning id`,
      [emailOf()],
    );
    const attackersId = rows[0]?.id ?? "";
    const attempt = async (): Promise<Response> => {
      const browser = new Browser();
      const form = await openSignIn(browser, await all.shell.authorization());
      return browser.post(form, { email: emailOf(), password });
    };
    expect((await attempt()).status).toBe(303);
    const { userId } = await signInWith(all, "google");
    expect(userId).not.toBe(attackersId);
    expect(await findUser(all.identity.pool, attackersId)).toBeUndefined();
    expect((await attempt()).status).toBe(422);
  });

  it("S3.4 the subject is the key: an address changed at Google moves nobody to another account", async () => {
    const { userId } = await signInWith(all, "google");
    const victim = await all.identity.addUser(`victim-${String(subject)}@example.test`, ["admin"]);
    all.google.account.email = `victim-${String(subject)}@example.test`;
    expect((await signInWith(all, "google")).userId).toBe(userId);
    expect(userId).not.toBe(victim);
    all.google.account = { ...all.google.account, email_verified: false };
    expect((await signInWith(all, "google")).userId).toBe(userId);
  });

  it("S3.4 two first sign-ins at the same moment make one account", async () => {
    const arrivals = await Promise.all(Array.from({ length: 4 }, () => signInWith(all, "google")));
    const ids = new Set(arrivals.map(({ userId }) => userId));
    expect(ids.size).toBe(1);
    expect(ids.has(undefined)).toBe(false);
  });

  it.each([
    ["another nonce", { claims: { nonce: "x".repeat(43) } }],
    ["another issuer in the ID token", { claims: { iss: "https://accounts.evil.example" } }],
    ["another audience", { claims: { aud: "somebody-else" } }],
    ["an expired ID token", { claims: { exp: 1_000_000_000 } }],
    ["a signature of a stranger", { forged: true }],
    ["another issuer in the answer (mix-up)", { response: { iss: "https://accounts.evil.example" } }],
    ["no issuer in the answer although it announces one", { response: { iss: "" } }],
    ["a code that it never gave", { response: { code: "made-up" } }],
  ])("S3.4 signs nobody in when Google answers with %s", async (_what, misbehaviour) => {
    const before = await userCount();
    all.google.misbehaviour = misbehaviour;
    const { status, page, userId } = await signInWith(all, "google");
    expect(userId).toBeUndefined();
    expect(status).toBe(400);
    expect(page).toContain("Signing in with Google did not work.");
    expect(page).toContain('name="password"');
    expect(await userCount()).toBe(before);
  });

  it("goes back to the sign-in page when the user does not want to", async () => {
    all.google.misbehaviour = { response: { code: "", error: "access_denied" } };
    const { status, page } = await signInWith(all, "google");
    expect(status).toBe(403);
    expect(page).toContain("You did not sign in with Google.");
  });

  it("says so when Google cannot be reached, and works when it is back", async () => {
    all.google.misbehaviour = { down: true };
    const { status, page } = await signInWith(all, "google");
    expect(status).toBe(503);
    expect(page).toContain("Google cannot be reached right now.");
    all.google.misbehaviour = {};
    expect((await signInWith(all, "google")).userId).toBeDefined();
  });

  it("S3.4 an answer is taken from the browser that asked, once, and at the provider's own address", async () => {
    const browser = new Browser();
    const { url: signInPage } = await browser.follow((await all.shell.authorization()).url);
    const callback = await visitUpstream(browser, `${signInPage}/federation/google`);

    const elsewhere = await new Browser().follow(callback);
    expect(elsewhere.response.status).toBe(400);
    expect(await elsewhere.response.text()).toContain("This sign-in has expired");
    const mixedUp = await browser.follow(callback.replace("/federation/google/", "/federation/github/"));
    expect(mixedUp.response.status).toBe(400);
    const madeUp = await browser.follow(callback.replace(/state=[\w-]+/, "state=made-up"));
    expect(madeUp.response.status).toBe(400);

    const finish = (await browser.get(callback)).headers.get("location") ?? "";
    const [first, second] = await Promise.all([
      browser.get(new URL(finish, all.identity.issuer).href),
      browser.get(new URL(finish, all.identity.issuer).href),
    ]);
    expect([first.status, second.status].sort()).toEqual([303, 400]);
  });
});
