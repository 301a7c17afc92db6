import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browser } from "../../test/browser.ts";
import {
  clients,
  partnerRedirectUri,
  password,
  startIdentity,
  type TestIdentity,
} from "../../test/identity.ts";
import { decodeClaims, openSignIn, RelyingParty } from "../../test/relying-party.ts";

describe("consent", () => {
  let identity: TestIdentity;
  let partner: RelyingParty;

  beforeAll(async () => {
    identity = await startIdentity();
    partner = await RelyingParty.discover(identity, clients.partner, partnerRedirectUri);
    await identity.addUser("member@mullion.test", ["member"]);
  });
  afterAll(async () => {
    await identity.close();
  });

  async function askFor(scope: string, browser = new Browser()) {
    const authorization = await partner.authorization(scope, { prompt: "consent" });
    const form = await openSignIn(browser, authorization);
    const sent = await browser.post(form, { email: "member@mullion.test", password });
    const { url, response } = await browser.follow(sent);
    return { authorization, browser, url, page: await response.text() };
  }

  it("somebody else's client gets what the user allows, within the user's roles", async () => {
    const scope = "openid profile offline_access profile:read users:read";
    const { authorization, browser, url, page } = await askFor(scope);
    expect(page).toContain("Allow Partner &lt;App&gt;?");
    expect(page).toContain("Read your profile");
    const { url: callback } = await browser.follow(
      await browser.post(`${url}/consent`, { decision: "allow" }),
    );
    const tokens = await partner.tokens(authorization, callback);
    expect(decodeClaims(tokens.access_token)).toMatchObject({ client_id: "partner", scope: "profile:read" });
    const refreshed = await partner.refreshed(tokens.refresh_token ?? "");
    expect(decodeClaims(refreshed.access_token)).toMatchObject({ scope: "profile:read" });
  });

  it("tells the client when the user does not allow it", async () => {
    const { browser, url } = await askFor("openid");
    const { url: callback } = await browser.follow(
      await browser.post(`${url}/consent`, { decision: "deny" }),
    );
    expect(new URL(callback).searchParams.get("error")).toBe("access_denied");
    expect(await identity.auditedActions()).toContain("consent.deny");
  });

  it("takes no consent from a form of another site", async () => {
    const { browser, url } = await askFor("openid");
    const forged = await browser.post(
      `${url}/consent`,
      { decision: "allow" },
      { origin: "https://evil.example" },
    );
    expect(forged.status).toBe(403);
  });
});
