import { identityAudience, revokedSchema } from "@mullion/contracts";
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Browser } from "../../test/browser.ts";
import { clients, startIdentity, type TestIdentity } from "../../test/identity.ts";
import { type LogoutReceiver, startLogoutReceiver } from "../../test/logout-receiver.ts";
import { decodeClaims, RelyingParty, signIn } from "../../test/relying-party.ts";
import { createPostgresAdapter } from "../storage/postgres-adapter.ts";
import { bindGrant } from "./sign-in-store.ts";

const member = "member@mullion.test";
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout";

describe("ending every sign-in of a user", () => {
  let receiver: LogoutReceiver;
  let identity: TestIdentity;
  let shell: RelyingParty;
  let adminToken: string;
  let memberId: string;

  beforeAll(async () => {
    receiver = await startLogoutReceiver();
    identity = await startIdentity({ backchannelLogoutUri: receiver.uri, logoutRetriesMs: [20, 20] });
    shell = await RelyingParty.discover(identity);
    await identity.addUser("admin@mullion.test", ["admin"]);
    memberId = await identity.addUser(member, ["member"]);
    const admin = await signIn(shell, "admin@mullion.test");
    adminToken = (await shell.refreshed(admin.refresh_token, identityAudience)).access_token;
  });
  beforeEach(() => {
    receiver.tokens.length = 0;
    receiver.answers.length = 0;
  });
  afterAll(async () => {
    await identity.close();
    receiver.close();
  });

  const revokeAll = (id: string, token = adminToken): Promise<Response> =>
    fetch(`${identity.issuer}/identity/users/${id}/sessions`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${token}` },
    });
  const revoked = async (id: string): Promise<number> =>
    revokedSchema.parse(await (await revokeAll(id)).json()).revoked;
  const sidOf = ({ id_token }: { id_token: string }): unknown => decodeClaims(id_token)["sid"];

  async function verified(token: string): Promise<JWTPayload> {
    const keys = createRemoteJWKSet(new URL(`${identity.issuer}/jwks`));
    const { payload } = await jwtVerify(token, keys, {
      issuer: identity.issuer,
      audience: clients.shell.clientId,
      typ: "logout+jwt",
      algorithms: ["ES256"],
      requiredClaims: ["iat", "exp", "jti", "sub", "sid", "events"],
    });
    return payload;
  }

  it("SEC-47 ends all of them, on every device, and nobody else's", async () => {
    const browser = new Browser();
    const [here, elsewhere] = [await signIn(shell, member, { browser }), await signIn(shell, member)];
    const other = await signIn(shell, "admin@mullion.test");
    expect(await revoked(memberId)).toBe(2);
    for (const { refresh_token } of [here, elsewhere]) {
      expect((await shell.refresh(refresh_token)).status).toBe(400);
    }
    const again = await browser.follow((await shell.authorization()).url);
    expect(await again.response.text()).toContain('<h1 class="mu-title">Sign in</h1>');
    expect((await shell.refresh(other.refresh_token)).status).toBe(200);
    expect(await revoked(memberId)).toBe(0);
    expect((await signIn(shell, member)).refresh_token).not.toBe("");
  });

  it("SEC-47 tells the shell of each by a logout token that nothing else passes for", async () => {
    await revoked(memberId);
    const signIns = [await signIn(shell, member), await signIn(shell, member)];
    receiver.tokens.length = 0;
    expect(await revoked(memberId)).toBe(2);
    const claims = await Promise.all(receiver.tokens.map(verified));
    expect(claims.map(({ sid }) => sid).toSorted()).toEqual(signIns.map(sidOf).toSorted());
    expect(new Set(claims.map(({ jti }) => jti)).size).toBe(2);
    for (const claim of claims) {
      expect(claim).toMatchObject({ sub: memberId, events: { [logoutEvent]: {} } });
      expect(claim).not.toHaveProperty("nonce");
    }
  });

  it("tells again, with a new token, a shell that did not take it, and not one that refused it", async () => {
    await signIn(shell, member);
    receiver.answers.push(503, 500);
    await revokeAll(memberId);
    await expect.poll(() => receiver.tokens.length).toBe(3);
    const ids = await Promise.all(receiver.tokens.map(async (token) => (await verified(token)).jti));
    expect(new Set(ids).size).toBe(3);

    await signIn(shell, member);
    receiver.tokens.length = 0;
    receiver.answers.push(400, 503);
    await revokeAll(memberId);
    await signIn(shell, member);
    await revokeAll(memberId);
    // The second sign-in's two attempts; the first one's refusal is not repeated before them.
    await expect.poll(() => receiver.tokens.length).toBe(3);
  });

  it("a request under way that knows the session from before does not bring it or a grant back", async () => {
    const loginTs = Math.floor(Date.now() / 1000) - 10;
    const session = { uid: "under-way", accountId: memberId, loginTs };
    const grant = { accountId: memberId, clientId: clients.shell.clientId };
    const [sessions, grants] = (["Session", "Grant"] as const).map((model) =>
      createPostgresAdapter(identity.pool, model),
    );
    await sessions?.upsert("session-id", session, 600);
    await revokeAll(memberId);
    await sessions?.upsert("session-id", session, 600);
    await grants?.upsert("grant-id", grant, 600);
    const signIn = { sessionUid: "under-way", sid: "sid", signedInAt: new Date(loginTs * 1000) };
    await bindGrant(identity.pool, "grant-id", signIn);
    expect(await sessions?.find("session-id")).toBeUndefined();
    expect(await grants?.find("grant-id")).toBeUndefined();

    await sessions?.upsert("session-id", { ...session, loginTs: loginTs + 20 }, 600);
    await grants?.upsert("grant-id", grant, 600);
    await bindGrant(identity.pool, "grant-id", { ...signIn, signedInAt: new Date((loginTs + 20) * 1000) });
    expect(await sessions?.find("session-id")).toBeDefined();
    expect(await grants?.find("grant-id")).toBeDefined();
    expect(await revoked(memberId)).toBe(1);
  });

  it("is for administrators, and written down with who did it", async () => {
    const { refresh_token } = await signIn(shell, member);
    const { access_token } = await shell.refreshed(refresh_token, identityAudience);
    expect((await revokeAll(memberId, access_token)).status).toBe(403);
    expect(await revoked(memberId)).toBe(1);
    const { rows } = await identity.pool.query(
      "select details from audit_log where action = 'user.sessions.revoke' order by id desc limit 1",
    );
    expect(rows).toEqual([{ details: { user: memberId, revoked: 1 } }]);
    for (const id of ["not-a-uuid", "00000000-0000-4000-8000-000000000000"]) {
      expect((await revokeAll(id)).status).toBe(404);
    }
  });

  async function signOutAtIdentity(browser: Browser, idToken: string): Promise<void> {
    const end = new URL(shell.server.end_session_endpoint ?? "");
    end.search = new URLSearchParams({ id_token_hint: idToken }).toString();
    const page = await (await browser.get(end.href)).text();
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page)?.[1] ?? "";
    await browser.post(`${identity.issuer}/session/end/confirm`, { xsrf, logout: "yes" });
  }

  it("signing out at identity tells the shell, again if need be", async () => {
    const browser = new Browser();
    const tokens = await signIn(shell, member, { browser });
    receiver.answers.push(503);
    await signOutAtIdentity(browser, tokens.id_token);
    await expect.poll(() => receiver.tokens.length).toBe(2);
    for (const token of receiver.tokens) expect(await verified(token)).toMatchObject({ sid: sidOf(tokens) });
  });

  it("a sign-out at one client ends what another of ours holds from the same session, and tells it", async () => {
    const kiosk = await RelyingParty.discover(identity, clients.kiosk, clients.kiosk.redirectUris[0]);
    const browser = new Browser();
    const atShell = await signIn(shell, member, { browser });
    const authorization = await kiosk.authorization();
    const { url } = await browser.follow(authorization.url);
    const atKiosk = await kiosk.tokens(authorization, url);
    await kiosk.terminate(identity, String(decodeClaims(atKiosk.id_token ?? "")["sid"]));
    await expect.poll(() => receiver.tokens.length).toBe(1);
    expect(await verified(receiver.tokens[0] ?? "")).toMatchObject({ sid: sidOf(atShell) });
    expect((await shell.refresh(atShell.refresh_token)).status).toBe(400);
  });

  it("a sign-out that the shell itself asked for is not told to it", async () => {
    const tokens = await signIn(shell, member);
    await shell.terminate(identity, String(sidOf(tokens)));
    // Whatever was sent for the first would arrive before this one.
    const next = await signIn(shell, member);
    await revokeAll(memberId);
    const told = await Promise.all(receiver.tokens.map(async (token) => (await verified(token))["sid"]));
    expect(told).toEqual([sidOf(next)]);
  });
});
