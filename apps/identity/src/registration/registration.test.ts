import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browser } from "../../test/browser.ts";
import { startIdentity, type TestIdentity } from "../../test/identity.ts";
import { beginSignIn, getsIn, linkIn, type Newcomer, sendRegistration, useLink } from "../../test/people.ts";
import { decodeClaims, RelyingParty } from "../../test/relying-party.ts";
import { purgeExpired } from "../storage/purge.ts";

const plenty = { max: 10_000, windowSeconds: 600 };
const secret = "a long walk in the rain";
const ada: Newcomer = { name: "Ada & 'L'", email: "ada@mullion.test", password: secret };

describe("registering", () => {
  let identity: TestIdentity;
  let shell: RelyingParty;

  beforeAll(async () => {
    identity = await startIdentity({
      limits: { registerPerAddress: plenty, mailPerAddress: plenty, signInPerAddress: plenty },
    });
    shell = await RelyingParty.discover(identity);
    await identity.addUser("taken@mullion.test", ["member"]);
  });
  afterAll(async () => {
    await identity.close();
  });

  /** Goes on after the registration form; the page it leads to, and the tokens at the end. */
  async function goOn(
    browser: Browser,
    { page, authorization, response }: Awaited<ReturnType<typeof sendRegistration>>,
  ) {
    expect(response.status).toBe(303);
    const registered = await (await browser.follow(response)).response.text();
    const next = /<a class="[^"]*" href="([^"]+)">Continue</.exec(registered)?.[1] ?? page;
    const finish = async () => shell.tokens(authorization, (await browser.follow(next)).url);
    return { registered, finish };
  }

  it("S3.5 signs a newcomer in, without a refresh token until the address is verified, on any device", async () => {
    const browser = new Browser();
    const { registered, finish } = await goOn(browser, await sendRegistration(shell, ada, browser));
    expect(registered).toContain("<strong>ada@mullion.test</strong>");
    const first = await finish();
    expect(first.refresh_token).toBeUndefined();
    expect(decodeClaims(first.id_token ?? "")).toMatchObject({ email_verified: false, name: ada.name });

    const link = linkIn(await identity.mails.next(ada.email, /Confirm/));
    expect(await (await useLink(link)).text()).toContain("Address confirmed");
    // The browser is still signed in: the next authorization request needs no page.
    const again = await shell.authorization();
    const tokens = await shell.tokens(again, (await browser.follow(again.url)).url);
    expect(tokens.refresh_token).toBeDefined();
    expect(decodeClaims(tokens.id_token ?? "")).toMatchObject({ email_verified: true });
    expect(await getsIn(shell, ada)).toBe(true);
  });

  it("S3.5 gives a refresh token at once to who verifies before going on", async () => {
    const browser = new Browser();
    const newcomer = { ...ada, email: "patient@mullion.test" };
    const { finish } = await goOn(browser, await sendRegistration(shell, newcomer, browser));
    await useLink(linkIn(await identity.mails.next(newcomer.email)));
    expect((await finish()).refresh_token).toBeDefined();
  });

  it("sends the link again when asked; both are good until one is used", async () => {
    const browser = new Browser();
    const newcomer = { ...ada, email: "again@mullion.test" };
    const { page } = await sendRegistration(shell, newcomer, browser);
    const first = linkIn(await identity.mails.next(newcomer.email));
    const { response } = await browser.follow(await browser.post(`${page}/registered`, {}));
    expect(await response.text()).toContain("We sent the mail again.");
    const second = linkIn(await identity.mails.next(newcomer.email));
    expect(second.href).not.toBe(first.href);
    expect((await useLink(first)).status).toBe(200);
  });

  it("nobody but who registered sees that page or has the mail sent", async () => {
    const { page } = await sendRegistration(shell, { ...ada, email: "mine@mullion.test" });
    const other = new Browser();
    await beginSignIn(shell, other);
    expect((await other.get(`${page}/registered`)).status).toBe(400);
    expect((await other.post(`${page}/registered`, {})).status).toBe(400);
  });

  it("a program that opens links in mail verifies nothing", async () => {
    const newcomer = { ...ada, email: "scanned@mullion.test" };
    await sendRegistration(shell, newcomer);
    const link = linkIn(await identity.mails.next(newcomer.email));
    for (let n = 0; n < 3; n += 1) expect((await fetch(link)).status).toBe(200);
    await fetch(link, { method: "HEAD" });
    const { rows } = await identity.pool.query("select email_verified_at from users where email = $1", [
      newcomer.email,
    ]);
    expect(rows).toEqual([{ email_verified_at: null }]);
    expect((await useLink(link)).status).toBe(200);
  });

  it("an address belongs to whoever verified it: other accounts that claim it end then, and their links with them", async () => {
    const email = "contested@mullion.test";
    const other = { ...ada, email, password: "another long walk" };
    await sendRegistration(shell, { ...ada, email });
    const link = linkIn(await identity.mails.next(email));
    await sendRegistration(shell, other);
    const othersLink = linkIn(await identity.mails.next(email));
    await useLink(link);
    expect(await getsIn(shell, { email, password: secret })).toBe(true);
    expect(await getsIn(shell, other)).toBe(false);
    expect((await useLink(othersLink)).status).toBe(410);
  });

  it("two claims verified at the same moment: one wins", async () => {
    const email = "race@mullion.test";
    const links: URL[] = [];
    for (const password of [secret, "another long walk"]) {
      await sendRegistration(shell, { ...ada, email, password });
      links.push(linkIn(await identity.mails.next(email)));
    }
    const answers = await Promise.all(links.map((link) => useLink(link)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 410]);
  });

  it("SEC-59 answers a known address like an unknown one, whatever is tried next; its owner is told by mail", async () => {
    const seen: string[][] = [];
    for (const email of ["taken@mullion.test", "fresh@mullion.test"]) {
      const browser = new Browser();
      const sent = await sendRegistration(shell, { ...ada, email }, browser);
      const { registered, finish } = await goOn(browser, sent);
      const again = await browser.follow(await browser.post(`${sent.page}/registered`, {}));
      const { id_token = "", refresh_token } = await finish();
      const { email_verified, roles } = decodeClaims(id_token);
      const strip = (text: string): string =>
        text.replaceAll(email, "").replace(/(interaction|auth)\/[\w-]+/g, "");
      seen.push([
        strip(registered),
        strip(await again.response.text()),
        JSON.stringify([email_verified, roles, refresh_token]),
        // Their own password lets them in to what they made, and a wrong one does not.
        String(await getsIn(shell, { email, password: secret })),
        String(await getsIn(shell, { email, password: "wrong password" })),
      ]);
    }
    expect(seen[0]).toEqual(seen[1]);
    const told = await identity.mails.next("taken@mullion.test");
    expect(told.subject).toBe("You already have an account");
    expect(linkIn(told).pathname).toBe("/forgot-password");
    expect((await identity.mails.next("fresh@mullion.test")).subject).toBe("Confirm your e-mail address");
  });

  it("a registration with a taken address reaches nothing of its owner's account", async () => {
    const browser = new Browser();
    const sent = await sendRegistration(shell, { ...ada, email: "taken@mullion.test" }, browser);
    const { finish } = await goOn(browser, sent);
    const { rows } = await identity.pool.query<{ id: string }>(
      "select id from users where email = 'taken@mullion.test' and email_verified_at is not null",
    );
    const { sub } = decodeClaims((await finish()).id_token ?? "");
    expect(rows).toHaveLength(1);
    expect(sub).not.toBe(rows[0]?.id);
  });

  it.each([
    ["without a name", { name: " " }, "Enter your name."],
    [
      "with an advertisement for a name",
      { name: "Win at https://evil.example" },
      "Enter a name, without links",
    ],
    ["with a line break in the name", { name: "Ada\r\nBcc: x@y.z" }, "Enter a name, without links"],
    ["without an address", { email: "" }, "Enter an e-mail address"],
    ["with something else for an address", { email: "ada@" }, "Enter an e-mail address"],
    ["with two addresses", { email: "a@mullion.test, b@mullion.test" }, "Enter an e-mail address"],
    ["with a short password", { password: "seven77" }, "Use at least 8 characters."],
    ["with a long password", { password: "x".repeat(300) }, "Use at most 256 characters."],
    ["with a common password", { password: "Password123!" }, "guessed first"],
    ["with one letter for a password", { password: "aaaaaaaaaaaa" }, "guessed first"],
    ["with the address for a password", { password: "Ada@Mullion.test" }, "not your name or e-mail address"],
  ])(
    "a form %s comes back with what is wrong at the field, and never with the password",
    async (_what, change, message) => {
      const form = { ...ada, name: "Ada", ...change };
      const { response } = await sendRegistration(shell, form);
      expect(response.status).toBe(422);
      const page = await response.text();
      const [field = ""] = Object.keys(change);
      expect(page).toMatch(new RegExp(`<p class="mu-field__error" id="${field}-error">[^<]*${message}`));
      expect(page).toMatch(new RegExp(`<input [^>]*id="${field}"[^>]* aria-invalid="true"`));
      if (field !== "email") expect(page).toContain('value="ada@mullion.test"');
      expect(page).not.toContain(form.password);
      expect(page).toContain("<title>Error: Create an account");
    },
  );

  it("a form with nothing in it is answered like any other that is wrong", async () => {
    expect((await sendRegistration(shell, {})).response.status).toBe(422);
  });

  it("a form of 100 KB is too large", async () => {
    const { response } = await sendRegistration(shell, { ...ada, name: "x".repeat(100_000) });
    expect(response.status).toBe(413);
  });

  it("refuses a form sent from another site", async () => {
    const browser = new Browser();
    const { page } = await beginSignIn(shell, browser);
    const response = await browser.post(`${page}/register`, { ...ada }, { origin: "https://evil.example" });
    expect(response.status).toBe(403);
  });

  it("a claim that nobody confirmed is gone after a week, an account is not", async () => {
    const newcomer = { ...ada, email: "forgotten@mullion.test" };
    await sendRegistration(shell, newcomer);
    const has = async (): Promise<string[]> => {
      const { rows } = await identity.pool.query<{ email: string }>(
        "select email from users where email in ('forgotten@mullion.test', 'taken@mullion.test') order by email, email_verified_at",
      );
      return rows.map(({ email }) => email);
    };
    await identity.pool.query("update users set created_at = created_at - interval '6 days'");
    await purgeExpired(identity.pool);
    expect(await has()).toContain(newcomer.email);
    await identity.pool.query("update users set created_at = created_at - interval '1 day'");
    await purgeExpired(identity.pool);
    expect(await has()).toEqual(["taken@mullion.test"]);
  });

  it("takes every password that is long enough and not known to be bad, spaces and any letters too", async () => {
    for (const password of [
      "пароль из нескольких слов",
      " spaces at both ends ",
      "🦆🦆🦢🦢🦆🦆🦢🐍",
      "x".repeat(255) + "y",
    ]) {
      const email = `any-${String(password.length)}@mullion.test`;
      expect((await sendRegistration(shell, { ...ada, email, password })).response.status).toBe(303);
      expect(await getsIn(shell, { email, password })).toBe(true);
    }
  });
});
