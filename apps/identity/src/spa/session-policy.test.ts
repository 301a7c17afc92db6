import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIdentity, type TestIdentity } from "../../test/identity.ts";
import { SpaPage, spaClient } from "../../test/spa-page.ts";
import { endSignInById, listSignIns } from "../sign-ins/sign-in-store.ts";

const email = "member@mullion.test";
const agents = {
  firefox: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  newerFirefox: "Mozilla/5.0 (X11; Linux x86_64; rv:152.0) Gecko/20100101 Firefox/152.0",
  firefoxOnWindows: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
  chrome:
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
};

describe("what ends a session besides signing out", () => {
  let identity: TestIdentity;
  let userId: string;

  beforeAll(async () => {
    identity = await startIdentity({
      extraClients: [
        { ...spaClient, clientId: "loose" },
        { ...spaClient, clientId: "bound", sessionPolicy: { bindTo: ["user_agent"] } },
        { ...spaClient, clientId: "local", sessionPolicy: { bindTo: ["network"] } },
        { ...spaClient, clientId: "brief", sessionPolicy: { idleSeconds: 1_800 } },
      ],
    });
    userId = await identity.addUser(email, ["member"]);
  });
  afterAll(async () => {
    await identity.close();
  });

  async function signedIn(clientId: string, userAgent = agents.firefox): Promise<SpaPage> {
    const page = new SpaPage(identity, { "user-agent": userAgent }, clientId);
    expect((await page.signIn(email)).status).toBe(200);
    return page;
  }
  const refreshAs = async (page: SpaPage, userAgent: string): Promise<number> =>
    (await page.refresh({ "user-agent": userAgent })).status;

  it("S2.5 a client that binds to the browser takes a newer version of it, and no other browser or system", async () => {
    for (const other of [agents.chrome, agents.firefoxOnWindows, ""]) {
      const page = await signedIn("bound");
      expect(await refreshAs(page, agents.newerFirefox)).toBe(200);
      const { cookie } = page;
      const refused = await page.refresh({ "user-agent": other });
      expect(refused.status).toBe(401);
      expect(await refused.json()).toMatchObject({ code: "session_moved" });
      expect(page.cookie).toBe("");
      // Over for whoever holds it.
      page.cookie = cookie;
      expect(await refreshAs(page, agents.firefox)).toBe(401);
    }
    expect(await identity.auditedActions()).toContain("session.moved");
  });

  it("without that policy a session goes on wherever it is used", async () => {
    const page = await signedIn("loose");
    await identity.pool.query("update sign_ins set address = '192.0.2.1'");
    expect(await refreshAs(page, agents.chrome)).toBe(200);
  });

  it.each([
    ["127.0.0.200", 200],
    ["127.0.1.1", 401],
    ["2001:db8::1", 401],
    ["not an address", 401],
  ])(
    "S2.5 a client that binds to the network: signed in from %s, refreshed from 127.0.0.1 -> %i",
    async (address, status) => {
      const page = await signedIn("local");
      await identity.pool.query("update sign_ins set address = $1 where user_id = $2", [address, userId]);
      expect(await refreshAs(page, agents.chrome)).toBe(status);
    },
  );

  it("S2.5 a session that was not refreshed for too long is over, also when the browser was closed meanwhile", async () => {
    const page = await signedIn("brief");
    const idleFor = (seconds: number): Promise<unknown> =>
      identity.pool.query(
        "update refresh_families set last_used_at = now() - make_interval(secs => $1) where client_id = 'brief'",
        [seconds],
      );
    await idleFor(1_700);
    expect((await page.refresh()).status).toBe(200);
    await idleFor(1_900);
    const response = await page.refresh();
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: "no_session" });
    expect(await identity.auditedActions()).toContain("session.idle");
  });

  it("S2.2 S2.5 every browser is a device of its own on the list, and can be signed out alone", async () => {
    const before = (await listSignIns(identity.pool, userId)).map(({ id }) => id);
    const desktop = await signedIn("loose", agents.firefoxOnWindows);
    const other = await signedIn("loose", agents.chrome);
    const added = (await listSignIns(identity.pool, userId)).filter(({ id }) => !before.includes(id));
    expect(added.map(({ device }) => device).sort()).toEqual(["Chrome on Linux", "Firefox on Windows"]);
    expect(added[0]).toMatchObject({ ip: "127.0.0.1", clients: ["loose"] });
    const chrome = added.find(({ device }) => device.startsWith("Chrome"));
    await endSignInById(identity.pool, userId, chrome?.id ?? "");
    expect(await refreshAs(other, agents.chrome)).toBe(401);
    expect(await refreshAs(desktop, agents.firefoxOnWindows)).toBe(200);
  });
});
