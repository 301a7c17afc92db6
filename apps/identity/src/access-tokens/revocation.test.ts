import { identityAudience } from "@mullion/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clients, startIdentity, type TestIdentity } from "../../test/identity.ts";
import { decodeClaims, RelyingParty, signIn } from "../../test/relying-party.ts";

const admin = "admin@mullion.test";

describe("revocation of access tokens", () => {
  let identity: TestIdentity;
  let shell: RelyingParty;
  let gateway: RelyingParty;

  beforeAll(async () => {
    identity = await startIdentity();
    shell = await RelyingParty.discover(identity);
    gateway = await RelyingParty.discover(identity, clients.gateway);
    await identity.addUser(admin, ["admin"]);
  });
  afterAll(async () => {
    await identity.close();
  });

  it("S3.1 S2.5 a revoked JWT is active no more, here and at the admin API; its grant and other tokens live", async () => {
    const { refresh_token } = await signIn(shell, admin);
    const first = await shell.refreshed(refresh_token, identityAudience);
    const second = await shell.refreshed(first.refresh_token ?? "", identityAudience);
    await shell.revoke(first.access_token);
    expect(await gateway.introspect(first.access_token)).toEqual({ active: false });
    const refused = await fetch(`${identity.issuer}/identity/users`, {
      headers: { authorization: `Bearer ${first.access_token}` },
    });
    expect(refused.status).toBe(401);
    expect(await gateway.introspect(second.access_token)).toMatchObject({ active: true });
    expect((await shell.refresh(second.refresh_token ?? "")).status).toBe(200);
    expect(await identity.auditedActions()).toContain("token.revoke");
  });

  it("the deny list forgets a token when it has expired, and does not hold it in the clear", async () => {
    const { access_token } = await signIn(shell, admin);
    await shell.revoke(access_token);
    const keys = await identity.redis.keys(`${identity.keyPrefix}mullion:identity:denied:*`);
    const names = keys.map((key) => key.slice(identity.keyPrefix.length));
    const lives = await Promise.all(names.map((key) => identity.redis.ttl(key)));
    expect(Math.min(...lives)).toBeGreaterThan(600);
    expect(Math.max(...lives)).toBeLessThanOrEqual(660);
    expect(keys.join()).not.toContain(String(decodeClaims(access_token)["jti"]));
  });

  it("nobody revokes another client's token, and the answer does not tell", async () => {
    const { access_token } = await signIn(shell, admin);
    await gateway.revoke(access_token);
    await gateway.revoke(`${access_token.slice(0, -4)}AAAA`);
    await gateway.revoke("a.b.c");
    expect(await gateway.introspect(access_token)).toMatchObject({ active: true });
  });

  it("revoking an opaque access token leaves its grant, too", async () => {
    const kiosk = await RelyingParty.discover(identity, clients.kiosk, clients.kiosk.redirectUris[0]);
    const { access_token, refresh_token } = await signIn(kiosk, admin);
    await kiosk.revoke(access_token);
    expect(await gateway.introspect(access_token)).toEqual({ active: false });
    expect((await kiosk.refresh(refresh_token)).status).toBe(200);
  });
});
