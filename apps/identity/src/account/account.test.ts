import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { visitAccount } from "../../test/account.ts";
import { Browser } from "../../test/browser.ts";
import { password, startIdentity, type TestIdentity } from "../../test/identity.ts";
import { RelyingParty, signIn } from "../../test/relying-party.ts";
import { findUser } from "../users/user-store.ts";

describe("the account area", () => {
  let identity: TestIdentity;
  let shell: RelyingParty;
  let email: string;
  let userId: string;
  let count = 0;

  beforeAll(async () => {
    identity = await startIdentity();
    shell = await RelyingParty.discover(identity);
  });
  beforeEach(async () => {
    count += 1;
    email = `person-${String(count)}@mullion.test`;
    userId = await identity.addUser(email, ["member"]);
  });
  afterAll(async () => {
    await identity.close();
  });

  it("asks for a sign-in first and comes back to the page that was asked for", async () => {
    const browser = new Browser();
    const { url, response } = await browser.follow(`${identity.issuer}/account/devices`);
    expect(url).toContain("/interaction/");
    expect(await response.text()).toContain("Sign in");
    const signedIn = await browser.follow(await browser.post(`${url}/sign-in`, { email, password }));
    expect(signedIn.url).toBe(`${identity.issuer}/account/devices`);
    expect(await signedIn.response.text()).toContain("This device");
  });

  it("comes back to pages of its own only", async () => {
    const browser = new Browser();
    for (const to of ["https://evil.example/", "//evil.example", "/session/end", "/account/../x"]) {
      const { url } = await browser.follow(
        `${identity.issuer}/account/sign-in?${new URLSearchParams({ to }).toString()}`,
      );
      expect(url.startsWith(`${identity.issuer}/interaction/`)).toBe(true);
      const callback = `${identity.issuer}/account/callback?${new URLSearchParams({ state: to }).toString()}`;
      expect((await browser.get(callback)).headers.get("location")).toBe("/account");
    }
  });

  it("is open to whoever signed in at an application before, without another sign-in", async () => {
    const browser = new Browser();
    await signIn(shell, email, { browser });
    const { url, response } = await browser.follow(`${identity.issuer}/account`);
    expect(url).toBe(`${identity.issuer}/account`);
    expect(await response.text()).toContain(email);
  });

  it("nobody can redeem the code that its sign-in brings", async () => {
    const { browser } = await visitAccount(identity, email);
    const codes = browser.answers
      .map(({ headers }) => /\/account\/callback\?code=([^&]+)/.exec(headers.get("location") ?? "")?.[1])
      .filter((code) => code !== undefined);
    expect(codes).toHaveLength(1);
    const response = await fetch(`${identity.issuer}/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "authorization_code",
        client_id: "mullion-account",
        code: codes[0] ?? "",
        redirect_uri: `${identity.issuer}/account/callback`,
        code_verifier: "a".repeat(43),
      }),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: "invalid_grant" });
  });

  it("changes the name, and refuses an empty one in words that lead to the field", async () => {
    const visit = await visitAccount(identity, email);
    const refused = await visit.send("/account/name", { name: "  " });
    expect(refused.status).toBe(422);
    expect(refused.page).toContain('<a class="mu-line" href="#name">Enter a name');
    expect(refused.page).toMatch(/id="name" [^>]*aria-describedby="name-error"[^>]* aria-invalid="true"/);
    expect(refused.page).toContain("<title>Error: Your name");

    const changed = await visit.send("/account/name", { name: '<b>"Ada"</b>' });
    expect(changed.page).toContain("Your name was changed.");
    expect(changed.page).toContain("&lt;b&gt;&quot;Ada&quot;&lt;/b&gt;");
    expect((await findUser(identity.pool, userId))?.name).toBe('<b>"Ada"</b>');
    expect(await identity.auditedActions()).toContain("user.name");
  });

  it.each([
    "name",
    "devices/sign-out-others",
    "devices/x/sign-out",
    "linked-accounts/x/unlink",
    "apps/x/withdraw",
    "sign-out",
  ])("takes no form for %s from another site", async (path) => {
    const { browser } = await visitAccount(identity, email);
    const url = `${identity.issuer}/account/${path}`;
    for (const headers of [{ origin: "https://evil.example" }, { "sec-fetch-site": "same-site" }, {}]) {
      expect((await browser.post(url, { name: "Mallory" }, headers)).status).toBe(403);
    }
    expect((await findUser(identity.pool, userId))?.name).not.toBe("Mallory");
  });

  it("signs out here and at the applications, and forgets the cookie", async () => {
    const browser = new Browser();
    const { refresh_token } = await signIn(shell, email, { browser });
    const visit = await visitAccount(identity, email, browser);
    const { url, page } = await visit.send("/account/sign-out");
    expect(url).toBe("/account/signed-out");
    expect(page).toContain("You are signed out of Mullion in this browser.");
    expect(browser.cookies.filter(({ name }) => name.includes("identity"))).toEqual([]);
    expect((await visit.open("/account")).page).toContain('name="password"');
    expect((await shell.refresh(refresh_token)).status).toBe(400);
  });

  it("nobody is signed out by an address alone", async () => {
    const visit = await visitAccount(identity, email);
    expect((await visit.open("/account/signed-out")).status).toBe(200);
    expect((await visit.open("/account/sign-out")).status).toBe(404);
    expect((await visit.open("/account")).page).toContain(email);
  });

  it("shows no message that the address bar made up", async () => {
    const visit = await visitAccount(identity, email);
    expect((await visit.open("/account?done=name")).page).toContain('role="status"');
    for (const done of ["constructor", "<b>x</b>", "name&done=email"]) {
      const { page } = await visit.open(`/account?done=${done}`);
      expect(page).not.toContain('role="status"');
      expect(page).not.toContain("<b>x</b>");
    }
  });
});
