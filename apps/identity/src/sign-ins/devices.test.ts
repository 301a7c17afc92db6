import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Browser } from "../../test/browser.ts";
import { clients, startIdentity, type TestIdentity } from "../../test/identity.ts";
import { type LogoutReceiver, startLogoutReceiver } from "../../test/logout-receiver.ts";
import { decodeClaims, RelyingParty, signIn } from "../../test/relying-party.ts";
import { createFamily } from "../refresh-tokens/family-store.ts";
import { createPostgresAdapter } from "../storage/postgres-adapter.ts";
import { bindGrant, endOtherSignIns, endSignInById, listSignIns } from "./sign-in-store.ts";

const member = "member@mullion.test";

describe("the sign-ins of a user", () => {
  let receiver: LogoutReceiver;
  let identity: TestIdentity;
  let shell: RelyingParty;
  let userId: string;

  beforeAll(async () => {
    receiver = await startLogoutReceiver();
    identity = await startIdentity({ backchannelLogoutUri: receiver.uri });
    shell = await RelyingParty.discover(identity);
    userId = await identity.addUser(member, ["member"]);
  });
  beforeEach(async () => {
    await endOtherSignIns(identity.pool, userId, "none");
    await expect.poll(() => queued()).toBe(0);
    receiver.tokens.length = 0;
  });
  afterAll(async () => {
    await identity.close();
    receiver.close();
  });

  async function queued(): Promise<number | undefined> {
    const { rows } = await identity.pool.query<{ n: number }>(
      "select count(*)::int as n from logout_notices",
    );
    return rows[0]?.n;
  }

  const sidOf = ({ id_token }: { id_token: string }): unknown => decodeClaims(id_token)["sid"];
  const told = (): unknown[] => receiver.tokens.map((token) => decodeClaims(token)["sid"]).toSorted();

  it("S2.2 S2.5 are listed by device, with the browser's address and not that of the client's server", async () => {
    const firefox = new Browser({
      "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    });
    await signIn(shell, member, { browser: firefox });
    const kiosk = await RelyingParty.discover(identity, clients.kiosk, clients.kiosk.redirectUris[0]);
    const authorization = await kiosk.authorization();
    const { url } = await firefox.follow(authorization.url);
    await kiosk.tokens(authorization, url);
    await signIn(shell, member);

    const list = await listSignIns(identity.pool, userId);
    expect(list).toHaveLength(2);
    const here = list.find(({ device }) => device === "Firefox on Linux");
    expect(here).toMatchObject({ clients: ["mullion-kiosk", "mullion-shell"], ip: "127.0.0.1" });
    const daysLeft = ((here?.expiresAt.getTime() ?? 0) - Date.now()) / 86_400_000;
    expect(daysLeft).toBeCloseTo(45, 1);
    expect(here?.lastUsedAt.getTime()).toBeGreaterThanOrEqual(here?.createdAt.getTime() ?? Infinity);
  });

  it("S2.2 a device that a browser let in is listed as itself, not as the browser", async () => {
    const grants = createPostgresAdapter(identity.pool, "Grant");
    const grantId = "grant-of-a-device";
    await grants.upsert(grantId, { accountId: userId, clientId: "mullion-cli" }, 600);
    await bindGrant(identity.pool, grantId, {
      ...{ sessionUid: "device-1", sid: "sid", signedInAt: new Date() },
      ...{ address: "192.0.2.1", userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Firefox/145.0" },
    });
    const payload = { grantId, clientId: "mullion-cli", accountId: userId };
    const to = { address: "192.0.2.7", userAgent: "mullion-cli/1.2" };
    const expiresAt = new Date(Date.now() + 600_000);
    await createFamily(identity.pool, { id: "token", payload, expiresAt, to });
    expect(await listSignIns(identity.pool, userId)).toEqual([
      expect.objectContaining({ device: "mullion-cli", ip: "192.0.2.7", clients: ["mullion-cli"] }),
    ]);
  });

  it("a refresh counts as use, and says nothing about the device", async () => {
    const { refresh_token } = await signIn(shell, member);
    const [before] = await listSignIns(identity.pool, userId);
    await identity.pool.query(
      "update refresh_families set last_used_at = now() - interval '1 hour', user_agent = 'browser'",
    );
    await identity.pool.query("update sign_ins set last_used_at = now() - interval '1 hour'");
    await shell.refreshed(refresh_token);
    const [after] = await listSignIns(identity.pool, userId);
    expect(Date.now() - (after?.lastUsedAt.getTime() ?? 0)).toBeLessThan(60_000);
    expect(after).toMatchObject({ id: before?.id, userAgent: before?.userAgent });
  });

  it("S2.5 ending one ends its tokens and its session, tells its clients, and spares the others", async () => {
    const browser = new Browser();
    const [here, elsewhere] = [await signIn(shell, member, { browser }), await signIn(shell, member)];
    const list = await listSignIns(identity.pool, userId);
    const { rows } = await identity.pool.query<{ session_uid: string }>(
      "select session_uid from grants where sid = $1",
      [sidOf(here)],
    );
    const mine = list.find(({ sessionUid }) => sessionUid === rows[0]?.session_uid);
    expect(await endSignInById(identity.pool, userId, mine?.id ?? "")).toBe(true);

    expect((await shell.refresh(here.refresh_token)).status).toBe(400);
    expect((await shell.refresh(elsewhere.refresh_token)).status).toBe(200);
    const again = await browser.follow((await shell.authorization()).url);
    expect(await again.response.text()).toContain("Sign in</h1>");
    await expect.poll(told).toEqual([sidOf(here)]);
    expect(await listSignIns(identity.pool, userId)).toHaveLength(1);
    expect(await endSignInById(identity.pool, userId, mine?.id ?? "")).toBe(false);
  });

  it("nobody ends another user's", async () => {
    await signIn(shell, member);
    const other = await identity.addUser("other@mullion.test", ["member"]);
    const [signedIn] = await listSignIns(identity.pool, userId);
    expect(await endSignInById(identity.pool, other, signedIn?.id ?? "")).toBe(false);
    expect(await endSignInById(identity.pool, userId, "not-a-uuid")).toBe(false);
    expect(await listSignIns(identity.pool, userId)).toHaveLength(1);
  });

  it("S2.5 ending all others keeps the one at hand and tells the clients of each", async () => {
    const kept = await signIn(shell, member);
    const [mine] = await listSignIns(identity.pool, userId);
    const others = [await signIn(shell, member), await signIn(shell, member)];
    expect(await endOtherSignIns(identity.pool, userId, mine?.sessionUid ?? "")).toEqual({ count: 2 });
    for (const { refresh_token } of others) expect((await shell.refresh(refresh_token)).status).toBe(400);
    expect((await shell.refresh(kept.refresh_token)).status).toBe(200);
    await expect.poll(told).toEqual(others.map(sidOf).toSorted());
  });

  it("a request under way does not bring back a session that was ended by itself", async () => {
    await signIn(shell, member);
    const [signedIn] = await listSignIns(identity.pool, userId);
    const uid = signedIn?.sessionUid ?? "";
    const sessions = createPostgresAdapter(identity.pool, "Session");
    const loginTs = Math.floor(Date.now() / 1000);
    await endSignInById(identity.pool, userId, signedIn?.id ?? "");
    await sessions.upsert("session-id", { uid, accountId: userId, loginTs }, 600);
    expect(await sessions.find("session-id")).toBeUndefined();
  });
});
