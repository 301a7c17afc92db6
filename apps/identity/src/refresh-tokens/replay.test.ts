import { identityAudience } from "@mullion/contracts";
import * as oauth from "oauth4webapi";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Browser } from "../../test/browser.ts";
import { clients, password, startIdentity, type TestIdentity } from "../../test/identity.ts";
import { type LogoutReceiver, startLogoutReceiver } from "../../test/logout-receiver.ts";
import { passReplayWindow } from "../../test/refresh-window.ts";
import { decodeClaims, openSignIn, RelyingParty, signIn } from "../../test/relying-party.ts";

const member = "member@mullion.test";

describe("a refresh token that was replaced", () => {
  let receiver: LogoutReceiver;
  let identity: TestIdentity;
  let shell: RelyingParty;
  let memberId: string;

  beforeAll(async () => {
    receiver = await startLogoutReceiver();
    identity = await startIdentity({ backchannelLogoutUri: receiver.uri });
    shell = await RelyingParty.discover(identity);
    memberId = await identity.addUser(member, ["member"]);
  });
  beforeEach(async () => {
    receiver.tokens.length = 0;
    await identity.pool.query("delete from grants");
    await identity.pool.query("delete from refresh_families");
  });
  afterAll(async () => {
    await identity.close();
    receiver.close();
  });

  async function liveTokens(): Promise<number> {
    const { rows } = await identity.pool.query<{ live: number }>(
      `select count(*)::int as live from refresh_tokens t join refresh_families f on f.id = t.family_id
       where t.consumed_at is null and f.revoked_at is null`,
    );
    return rows[0]?.live ?? 0;
  }

  async function lastAction(): Promise<string | undefined> {
    return (await identity.auditedActions()).at(-1);
  }

  it("is answered for some seconds with the same token set, so that a lost answer costs nothing", async () => {
    const { refresh_token } = await signIn(shell, member);
    const first = await shell.refreshed(refresh_token);
    const again = await shell.refreshed(refresh_token);
    expect({ ...again, expires_in: first.expires_in }).toEqual(first);
    expect(again.expires_in).toBeLessThanOrEqual(first.expires_in ?? 0);
    expect(await lastAction()).toBe("token.replay");
    expect(await liveTokens()).toBe(1);
    expect((await shell.refresh(first.refresh_token ?? "")).status).toBe(200);
  });

  it("asked for another resource gives an access token for it, and no second refresh token", async () => {
    await identity.addUser("admin@mullion.test", ["admin"]);
    const { refresh_token } = await signIn(shell, "admin@mullion.test");
    const forApi = await shell.refreshed(refresh_token);
    const forIdentity = await shell.refreshed(refresh_token, identityAudience);
    expect(decodeClaims(forIdentity.access_token)["aud"]).toBe(identityAudience);
    expect(decodeClaims(forApi.access_token)["aud"]).not.toBe(identityAudience);
    expect(forIdentity.refresh_token).toBe(forApi.refresh_token);
    expect(await liveTokens()).toBe(1);
  });

  it("is worth nothing to another client, and costs its owner nothing then", async () => {
    const { refresh_token } = await signIn(shell, member);
    const next = await shell.refreshed(refresh_token);
    const kiosk = await RelyingParty.discover(identity, clients.kiosk);
    const stolen = await kiosk.refresh(refresh_token);
    expect(stolen.status).toBe(400);
    const answer: unknown = await stolen.json();
    expect(answer).toMatchObject({ error: "invalid_grant" });
    expect(answer).not.toHaveProperty("access_token");
    expect((await shell.refresh(next.refresh_token ?? "")).status).toBe(200);
  });

  it("asked for with a proof key is answered to the holder of that key only", async () => {
    const { refresh_token } = await signIn(shell, member);
    const keys = await Promise.all([oauth.generateKeyPair("ES256"), oauth.generateKeyPair("ES256")]);
    const [mine, another] = keys.map((pair) => oauth.DPoP(shell.client, pair));
    const refresh = async (DPoP?: oauth.DPoPHandle): Promise<oauth.TokenEndpointResponse> => {
      const ask = async (): Promise<oauth.TokenEndpointResponse> =>
        oauth.processRefreshTokenResponse(
          shell.server,
          shell.client,
          await oauth.refreshTokenGrantRequest(
            shell.server,
            shell.client,
            shell.authenticate,
            refresh_token,
            {
              [oauth.allowInsecureRequests]: true,
              ...(DPoP === undefined ? {} : { DPoP }),
            },
          ),
        );
      return ask().catch((error: unknown) => {
        if (DPoP !== undefined && oauth.isDPoPNonceError(error)) return ask();
        throw error;
      });
    };
    const first = await refresh(mine);
    expect(first.token_type).toBe("dpop");
    expect((await refresh(mine)).access_token).toBe(first.access_token);
    await expect(refresh(another)).rejects.toMatchObject({ error: "invalid_grant" });
    await expect(refresh()).rejects.toMatchObject({ error: "invalid_grant" });
    expect((await shell.refresh(first.refresh_token ?? "")).status).toBe(200);
  });

  it("S2.3 S3.3 used after that revokes the family, tells the user by mail and the client by back channel", async () => {
    const first = await signIn(shell, member);
    const second = await shell.refreshed(first.refresh_token);
    await passReplayWindow(identity);
    const reuse = await shell.refresh(first.refresh_token);
    expect(reuse.status).toBe(400);
    expect(await reuse.json()).toMatchObject({ error: "invalid_grant" });
    expect((await shell.refresh(second.refresh_token ?? "")).status).toBe(400);
    expect(await identity.auditedActions()).toContain("token.reuse");
    const { text } = await identity.mails.next(member, /signed you out/);
    expect(text).toContain("change your password");
    await expect.poll(() => receiver.tokens.length).toBe(1);
    expect(decodeClaims(receiver.tokens[0] ?? "")).toMatchObject({
      sub: memberId,
      sid: decodeClaims(first.id_token)["sid"],
    });
  });

  it("S2.2 leaves a history that says when and why, by which device, and what replaced it", async () => {
    const browser = new Browser({ "user-agent": "test-browser" });
    const { refresh_token } = await signIn(shell, member, { browser });
    await shell.refreshed(refresh_token);
    await passReplayWindow(identity);
    await shell.refresh(refresh_token);
    const { rows } = await identity.pool.query<Record<string, unknown>>(
      `select *, expires_at - created_at > interval '44 days' and created_at <= last_used_at
         and last_used_at <= revoked_at as in_order from refresh_families where revoked_at is not null`,
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      user_id: memberId,
      client_id: clients.shell.clientId,
      address: "127.0.0.1",
      user_agent: "test-browser",
      in_order: true,
      revoked_reason: "token.reuse",
    });
    const tokens = await identity.pool.query<{ replaced: boolean }>(
      `select p.replaced_by = c.id_hash as replaced from refresh_tokens p join refresh_tokens c using (family_id)
       where p.consumed_at is not null and c.consumed_at is null`,
    );
    expect(tokens.rows).toEqual([{ replaced: true }]);
  });

  it("of a family that was revoked is not answered any more, however soon it comes", async () => {
    const { refresh_token } = await signIn(shell, member);
    const { refresh_token: next = "" } = await shell.refreshed(refresh_token);
    await shell.revoke(next);
    expect((await shell.refresh(refresh_token)).status).toBe(400);
    expect(await liveTokens()).toBe(0);
  });

  it("a code redeemed twice revokes what the first one gave (oidcc-codereuse)", async () => {
    const browser = new Browser();
    const authorization = await shell.authorization();
    const form = await openSignIn(browser, authorization);
    const { url } = await browser.follow(await browser.post(form, { email: member, password }));
    const tokens = await shell.tokens(authorization, url);
    expect(await shell.introspect(tokens.access_token)).toMatchObject({ active: true });
    expect((await shell.redeem(authorization, url)).status).toBe(400);
    expect((await shell.refresh(tokens.refresh_token ?? "")).status).toBe(400);
    expect(await shell.introspect(tokens.access_token)).toEqual({ active: false });
    await expect.poll(() => receiver.tokens.length).toBe(1);
  });
});
