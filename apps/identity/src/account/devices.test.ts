import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { visitAccount } from "../../test/account.ts";
import { Browser } from "../../test/browser.ts";
import { startIdentity, type TestIdentity } from "../../test/identity.ts";
import { RelyingParty, signIn } from "../../test/relying-party.ts";

describe("the list of devices", () => {
  let identity: TestIdentity;
  let shell: RelyingParty;
  let count = 0;

  beforeAll(async () => {
    identity = await startIdentity();
    shell = await RelyingParty.discover(identity);
  });
  afterAll(async () => {
    await identity.close();
  });

  async function newUser(): Promise<string> {
    count += 1;
    const email = `person-${String(count)}@mullion.test`;
    await identity.addUser(email, ["member"]);
    return email;
  }
  const idsIn = (page: string): string[] =>
    [...page.matchAll(/action="\/account\/devices\/([0-9a-f-]{36})\/sign-out"/g)].map(([, id]) => id ?? "");

  it("S2.5 shows this device first, then the others, with when and from where", async () => {
    const email = await newUser();
    await signIn(shell, email);
    const visit = await visitAccount(identity, email);
    const { page } = await visit.open("/account/devices");
    expect(idsIn(page)).toHaveLength(2);
    expect(page.match(/This device/g)).toHaveLength(1);
    expect(page.indexOf("This device")).toBeLessThan(page.lastIndexOf("Last used"));
    expect(page).toContain("127.0.0.1");
    expect(page).toContain("mullion-shell");
  });

  it("S2.5 signs out one other device and nothing else", async () => {
    const email = await newUser();
    const [lost, kept] = [await signIn(shell, email), await signIn(shell, email)];
    const visit = await visitAccount(identity, email);
    const { page } = await visit.open("/account/devices");
    // The list begins with this device, then the last used.
    const [, , oldest = ""] = idsIn(page);
    const after = await visit.send(`/account/devices/${oldest}/sign-out`);
    expect(after.page).toContain("The device is signed out.");
    expect(idsIn(after.page)).toHaveLength(2);
    expect((await shell.refresh(lost.refresh_token)).status).toBe(400);
    expect((await shell.refresh(kept.refresh_token)).status).toBe(200);
    expect(await identity.auditedActions()).toContain("signin.end");
  });

  it("S2.5 signs out all others, and this one stays", async () => {
    const email = await newUser();
    const others = [await signIn(shell, email), await signIn(shell, email)];
    const browser = new Browser();
    const own = await signIn(shell, email, { browser });
    const visit = await visitAccount(identity, email, browser);
    const { page } = await visit.send("/account/devices/sign-out-others");
    expect(page).toContain("All other devices are signed out.");
    expect(idsIn(page)).toHaveLength(1);
    for (const { refresh_token } of others) expect((await shell.refresh(refresh_token)).status).toBe(400);
    expect((await shell.refresh(own.refresh_token)).status).toBe(200);
  });

  it("S2.5 ends nobody else's device, whatever id is sent", async () => {
    const [victim, attacker] = [await newUser(), await newUser()];
    const victims = await visitAccount(identity, victim);
    const [id = ""] = idsIn((await victims.open("/account/devices")).page);
    const visit = await visitAccount(identity, attacker);
    for (const other of [id, "not-an-id"]) await visit.send(`/account/devices/${other}/sign-out`);
    expect((await victims.open("/account/devices")).page).toContain("This device");
  });

  it("S2.5 signs out of this device too", async () => {
    const visit = await visitAccount(identity, await newUser());
    const [own = ""] = idsIn((await visit.open("/account/devices")).page);
    expect((await visit.send(`/account/devices/${own}/sign-out`)).url).toBe("/account/signed-out");
    expect((await visit.open("/account")).page).toContain('name="password"');
  });
});
