import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type AccountVisit, ageSessions, visitAccount } from "../../test/account.ts";
import { Browser } from "../../test/browser.ts";
import {
  type FederatedIdentity,
  signInWith,
  startFederatedIdentity,
  visitUpstream,
} from "../../test/upstream-journey.ts";
import { listIdentities } from "../federation/identity-store.ts";

const here = "/account/linked-accounts";

describe("linked accounts", () => {
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
    all.google.misbehaviour = {};
    all.google.account = {
      sub: `google-${String(count)}`,
      email: `elsewhere-${String(count)}@example.test`,
      email_verified: false,
    };
  });
  afterAll(async () => {
    await all.close();
  });

  /** Links the Google account of the moment. */
  async function link({ browser }: AccountVisit): Promise<string> {
    const callback = await visitUpstream(browser, `${all.identity.issuer}${here}/google`);
    const { response } = await browser.follow(callback);
    return response.text();
  }
  const idsIn = (page: string): string[] =>
    [...page.matchAll(/linked-accounts\/([0-9a-f-]{36})\/unlink/g)].map(([, id]) => id ?? "");

  it("S3.4 whoever is signed in on both sides links them, whatever the addresses, and signs in with either", async () => {
    const page = await link(await visitAccount(all.identity, email));
    expect(page).toContain("The account is linked.");
    expect(page).toContain(`elsewhere-${String(count)}@example.test`);
    expect((await signInWith(all, "google")).userId).toBe(userId);
    expect(await all.identity.auditedActions()).toContain("identity.link");
    const mail = await all.identity.mails.next(email);
    expect(mail.subject).toBe("Google was linked to your account");
    expect(mail.text).toContain(`elsewhere-${String(count)}@example.test`);
  });

  it("S3.4 whoever takes their address back takes it from accounts that were linked meanwhile, too", async () => {
    const stolen = `stolen-${String(count)}@mullion.test`;
    const visit = await visitAccount(all.identity, email);
    await visit.send("/account/email", { email: stolen });
    const follow = async (to: string, path: string): Promise<void> => {
      const { text } = await all.identity.mails.next(to, /address/);
      const token = new RegExp(`${path}\\?token=([\\w-]+)`).exec(text)?.[1] ?? "";
      expect((await visit.send(path, { token })).status).toBe(200);
    };
    await follow(stolen, "/change-email");
    await link(await visitAccount(all.identity, stolen));
    expect(await listIdentities(all.identity.pool, userId)).toHaveLength(1);
    await follow(email, "/undo-email-change");
    expect(await listIdentities(all.identity.pool, userId)).toEqual([]);
    expect((await signInWith(all, "google")).userId).toBeUndefined();
  });

  it("S3.4 links nothing to an account whose address is not confirmed", async () => {
    const visit = await visitAccount(all.identity, email);
    await all.identity.pool.query("update users set email_verified_at = null where id = $1", [userId]);
    const answer = await visit.browser.get(`${all.identity.issuer}${here}/google`, {
      "sec-fetch-site": "same-origin",
    });
    expect((await visit.open(answer.headers.get("location") ?? "")).page).toContain(
      "Confirm your e-mail address first",
    );
  });

  it("S3.4 links no account that belongs to somebody else", async () => {
    await link(await visitAccount(all.identity, email));
    const other = `other-${String(count)}@mullion.test`;
    const othersId = await all.identity.addUser(other, ["member"]);
    expect(await link(await visitAccount(all.identity, other))).toContain(
      "That account is linked to another Mullion account.",
    );
    expect(await listIdentities(all.identity.pool, othersId)).toEqual([]);
    expect((await signInWith(all, "google")).userId).toBe(userId);
  });

  it("S3.4 links nothing that another site began, or another browser brings back", async () => {
    const visit = await visitAccount(all.identity, email);
    const start = `${all.identity.issuer}${here}/google`;
    for (const headers of [{ "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "same-site" }, {}]) {
      expect((await visit.browser.get(start, headers)).status).toBe(403);
    }
    // The attacker begins with their own session and has the victim's browser end it.
    const attacker = `attacker-${String(count)}@mullion.test`;
    await all.identity.addUser(attacker, ["member"]);
    const attackers = await visitAccount(all.identity, attacker);
    const callback = await visitUpstream(attackers.browser, start);
    const { response } = await visit.browser.follow(callback);
    expect(response.status).toBe(400);
    expect(await listIdentities(all.identity.pool, userId)).toEqual([]);
  });

  it("S3.4 asks for a new sign-in before linking and unlinking when the last one is older than five minutes", async () => {
    const visit = await visitAccount(all.identity, email);
    await link(visit);
    const [id = ""] = idsIn((await visit.open(here)).page);
    await ageSessions(all.identity, userId, 6);
    const unlinked = await visit.send(`${here}/${id}/unlink`);
    expect(unlinked.url).toContain("/interaction/");
    expect(unlinked.page).toContain(`value="${email}"`);
    const again = await visit.browser.get(`${all.identity.issuer}${here}/google`, {
      "sec-fetch-site": "same-origin",
    });
    expect(again.headers.get("location")).toContain("/account/confirm");
    expect(await listIdentities(all.identity.pool, userId)).toHaveLength(1);
  });

  it("S3.4 unlinks, and the account there signs in to nothing of this user any more", async () => {
    const visit = await visitAccount(all.identity, email);
    await link(visit);
    const [id = ""] = idsIn((await visit.open(here)).page);
    expect((await visit.send(`${here}/${id}/unlink`)).page).toContain("The account is unlinked.");
    expect((await signInWith(all, "google")).userId).toBeUndefined();
    expect(await all.identity.auditedActions()).toContain("identity.unlink");
  });

  it("S3.4 unlinks nobody else's", async () => {
    const visit = await visitAccount(all.identity, email);
    await link(visit);
    const [id = ""] = idsIn((await visit.open(here)).page);
    const other = `other-${String(count)}@mullion.test`;
    await all.identity.addUser(other, ["member"]);
    await (await visitAccount(all.identity, other)).send(`${here}/${id}/unlink`);
    expect(await listIdentities(all.identity.pool, userId)).toHaveLength(1);
  });

  it("S3.4 keeps the last way to sign in, also from two that are unlinked at the same time", async () => {
    all.google.account = {
      sub: `only-${String(count)}`,
      email: `only-${String(count)}@example.test`,
      email_verified: true,
    };
    const browser = new Browser();
    const { userId: onlyGoogle = "" } = await signInWith(all, "google", browser);
    const pages = async (): Promise<string> => {
      const { response } = await browser.follow(`${all.identity.issuer}${here}`);
      return response.text();
    };
    expect(await pages()).toContain("This is your only way to sign in.");
    const [first] = await listIdentities(all.identity.pool, onlyGoogle);
    const unlink = async (id: string): Promise<Response> =>
      browser.post(`${all.identity.issuer}${here}/${id}/unlink`, {});
    expect((await unlink(first?.id ?? "")).headers.get("location")).toContain("last-way-in");

    all.google.account = { ...all.google.account, sub: `second-${String(count)}` };
    await browser.follow(await visitUpstream(browser, `${all.identity.issuer}${here}/google`));
    const ids = (await listIdentities(all.identity.pool, onlyGoogle)).map(({ id }) => id);
    expect(ids).toHaveLength(2);
    await Promise.all(ids.map(unlink));
    expect(await listIdentities(all.identity.pool, onlyGoogle)).toHaveLength(1);
  });

  it.each([
    ["denied", { response: { code: "", error: "access_denied" } }, "you stopped at the provider"],
    ["a forged token", { forged: true }, "Linking did not work."],
  ])("says so when the provider answers with %s", async (_what, misbehaviour, text) => {
    all.google.misbehaviour = misbehaviour;
    expect(await link(await visitAccount(all.identity, email))).toContain(text);
    expect(await listIdentities(all.identity.pool, userId)).toEqual([]);
  });
});
