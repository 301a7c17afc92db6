import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browser } from "../../test/browser.ts";
import { clients, startIdentity, type TestIdentity } from "../../test/identity.ts";
import { decodeClaims, RelyingParty, signIn } from "../../test/relying-party.ts";

describe("ending a sign-in", () => {
  let identity: TestIdentity;
  let shell: RelyingParty;

  beforeAll(async () => {
    identity = await startIdentity();
    shell = await RelyingParty.discover(identity);
    await identity.addUser("member@mullion.test", ["member"]);
  });
  afterAll(async () => {
    await identity.close();
  });

  const sidOf = ({ id_token }: { id_token: string }): string => String(decodeClaims(id_token)["sid"]);

  it("terminate ends the session and every refresh token of that sign-in, and no other's", async () => {
    const browser = new Browser();
    const here = await signIn(shell, "member@mullion.test", { browser });
    const elsewhere = await signIn(shell, "member@mullion.test");
    const rotated = await shell.refreshed(here.refresh_token);

    expect((await shell.terminate(identity, sidOf(here))).status).toBe(204);
    expect((await shell.refresh(rotated.refresh_token ?? "")).status).toBe(400);
    expect((await shell.refresh(elsewhere.refresh_token)).status).toBe(200);
    const again = await browser.follow((await shell.authorization()).url);
    expect(await again.response.text()).toContain('<h1 class="mu-title">Sign in</h1>');
    expect(await identity.auditedActions()).toContain("signout");
  });

  it("a code that was not redeemed yet dies with its sign-in", async () => {
    const browser = new Browser();
    const first = await signIn(shell, "member@mullion.test", { browser });
    const authorization = await shell.authorization();
    const { url } = await browser.follow(authorization.url);
    await shell.terminate(identity, sidOf(first));
    expect((await shell.redeem(authorization, url)).status).toBe(400);
  });

  it("terminate answers the same for a sign-in that is unknown or over", async () => {
    expect((await shell.terminate(identity, "unknown")).status).toBe(204);
  });

  it("one client cannot end what another holds", async () => {
    const tokens = await signIn(shell, "member@mullion.test");
    const gateway = await RelyingParty.discover(identity, clients.gateway);
    expect((await gateway.terminate(identity, sidOf(tokens))).status).toBe(204);
    expect((await shell.refresh(tokens.refresh_token)).status).toBe(200);
  });

  it("terminate refuses whoever is not a client, and a body without sid", async () => {
    const wrong = { ...clients.shell, clientSecret: clients.gateway.clientSecret };
    const impostor = await RelyingParty.discover(identity, wrong);
    const refused = await impostor.terminate(identity, "x");
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toMatch(/^Basic /);
    expect(await refused.json()).toMatchObject({ code: "invalid_client" });
    expect((await shell.terminate(identity, "")).status).toBe(400);
  });

  it("signing out at identity asks first, then ends what the platform's own clients hold", async () => {
    const browser = new Browser();
    const { refresh_token, id_token } = await signIn(shell, "member@mullion.test", { browser });
    const end = new URL(shell.server.end_session_endpoint ?? "");
    end.search = new URLSearchParams({
      id_token_hint: id_token,
      post_logout_redirect_uri: "http://localhost:3000/",
    }).toString();
    const page = await (await browser.get(end.href)).text();
    expect(page).toContain('name="logout" value="yes">Sign out</button>');
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page)?.[1] ?? "";
    const done = await browser.post(`${identity.issuer}/session/end/confirm`, { xsrf, logout: "yes" });
    expect(done.headers.get("location")).toBe("http://localhost:3000/");
    expect((await shell.refresh(refresh_token)).status).toBe(400);
  });
});
