import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { visitAccount } from "../../test/account.ts";
import { Browser } from "../../test/browser.ts";
import {
  clients,
  partnerRedirectUri,
  password,
  startIdentity,
  type TestIdentity,
} from "../../test/identity.ts";
import { decodeClaims, RelyingParty } from "../../test/relying-party.ts";

const api = "openid profile profile:read";

describe("consent over time", () => {
  let identity: TestIdentity;
  let partner: RelyingParty;
  let email: string;
  let count = 0;

  beforeAll(async () => {
    identity = await startIdentity();
    partner = await RelyingParty.discover(identity, clients.partner, partnerRedirectUri);
  });
  beforeEach(async () => {
    count += 1;
    email = `person-${String(count)}@mullion.test`;
    await identity.addUser(email, ["member"]);
  });
  afterAll(async () => {
    await identity.close();
  });

  /** Signs in at the partner in a browser of its own; says what was asked, and allows it. */
  async function visitPartner(scope: string, extra: Record<string, string> = {}, browser = new Browser()) {
    const authorization = await partner.authorization(scope, extra);
    let at = await browser.follow(authorization.url);
    let page = await at.response.text();
    if (page.includes('name="password"')) {
      at = await browser.follow(await browser.post(`${at.url}/sign-in`, { email, password }));
      page = await at.response.text();
    }
    const asked = page.includes('value="allow"') ? page : undefined;
    if (asked !== undefined)
      at = await browser.follow(await browser.post(`${at.url}/consent`, { decision: "allow" }));
    return { asked, tokens: await partner.tokens(authorization, at.url), browser };
  }

  it("S3.6 is asked for once per client and scopes, not again at the next sign-in", async () => {
    expect((await visitPartner(api)).asked).toContain("Read your profile");
    const again = await visitPartner(api);
    expect(again.asked).toBeUndefined();
    expect(decodeClaims(again.tokens.access_token)["scope"]).toBe("profile:read");
  });

  it("S3.6 is asked for again when the client wants more, and says what it has already", async () => {
    await visitPartner(api);
    const { asked = "" } = await visitPartner(`${api} insights:read`);
    const [wanted, had] = asked.split("You have allowed it before to:");
    expect(wanted).toContain("Read insights");
    expect(wanted).not.toContain("Read your profile");
    expect(had).toContain("Read your profile");
    expect((await visitPartner(`${api} insights:read`)).asked).toBeUndefined();
    expect((await visitPartner(api)).asked).toBeUndefined();
  });

  it("S3.6 is asked for whenever the client insists", async () => {
    await visitPartner(api);
    const { asked } = await visitPartner(api, { prompt: "consent" });
    expect(asked).toContain("Read your profile");
  });

  it("S3.6 a denial allows nothing", async () => {
    const browser = new Browser();
    const authorization = await partner.authorization(api);
    const { url } = await browser.follow(authorization.url);
    const at = await browser.follow(await browser.post(`${url}/sign-in`, { email, password }));
    await browser.follow(await browser.post(`${at.url}/consent`, { decision: "deny" }));
    expect((await visitPartner(api)).asked).toBeDefined();
  });

  it("S3.6 what one user allowed is nothing to another", async () => {
    await visitPartner(api);
    email = `other-${email}`;
    await identity.addUser(email, ["member"]);
    expect((await visitPartner(api)).asked).toBeDefined();
  });

  it("S3.6 is never asked for by the platform's own clients, and they are not listed", async () => {
    const visit = await visitAccount(identity, email);
    expect((await visit.open("/account/apps")).page).toContain("No apps");
  });

  it("S3.6 is withdrawn in the account area: the client's tokens end, and it has to ask again", async () => {
    const scope = `${api} offline_access`;
    const { tokens } = await visitPartner(scope, { prompt: "consent" });
    const elsewhere = await visitPartner(scope, { prompt: "consent" });
    const visit = await visitAccount(identity, email);
    const listed = await visit.open("/account/apps");
    expect(listed.page).toContain("Partner &lt;App&gt;");
    expect(listed.page).toContain("Stay connected while you are away");

    const { page } = await visit.send("/account/apps/partner/withdraw");
    expect(page).toContain("The app has no access any more.");
    expect(page).toContain("No apps");
    for (const { refresh_token = "" } of [tokens, elsewhere.tokens]) {
      expect((await partner.refresh(refresh_token)).status).toBe(400);
    }
    expect((await partner.introspect(tokens.access_token)).active).toBe(false);
    expect((await visitPartner(api, {}, elsewhere.browser)).asked).toBeDefined();
    expect((await visitPartner(api)).asked).toBeUndefined();
    expect(await identity.auditedActions()).toContain("consent.withdraw");
  });

  it("S3.6 withdrawing what was never allowed changes nothing", async () => {
    const { tokens } = await visitPartner(`${api} offline_access`, { prompt: "consent" });
    email = `other-${email}`;
    await identity.addUser(email, ["member"]);
    await (await visitAccount(identity, email)).send("/account/apps/partner/withdraw");
    expect((await partner.refresh(tokens.refresh_token ?? "")).status).toBe(200);
  });
});
