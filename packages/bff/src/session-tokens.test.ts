import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestPlatform, type TestPlatform } from "./test-platform.ts";

const expired = { accessTokenIssuedAt: Date.now() - 600_000, accessTokenExpiresAt: Date.now() - 1_000 };

describe("refresh in the BFF", () => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await startTestPlatform();
  });
  afterAll(async () => {
    await platform.close();
  });
  beforeEach(() => {
    Object.assign(platform.state, { behaviour: "rotate", refreshes: 0 });
    platform.received.length = 0;
  });

  it("an expired access token is refreshed once for 200 requests at the same time, and rotates the stored pair", async () => {
    const sid = await platform.signIn(expired);
    const responses = await Promise.all(Array.from({ length: 200 }, async () => platform.call(sid)));
    expect(responses.map((response) => response.status)).toEqual(Array.from({ length: 200 }, () => 200));
    expect(platform.state.refreshes).toBe(1);
    expect(await platform.store.read(sid)).toMatchObject({
      version: 2,
      tokens: { accessToken: "access-1", refreshToken: "refresh-1" },
    });
  });

  it("a token is refreshed before it expires, not only after", async () => {
    const soon = { accessTokenIssuedAt: Date.now() - 580_000, accessTokenExpiresAt: Date.now() + 20_000 };
    const sid = await platform.signIn(soon);
    expect((await platform.call(sid)).status).toBe(200);
    expect(platform.received[0]?.headers["authorization"]).toBe("Bearer access-1");
  });

  it("SEC-39 invalid_grant is 401 and ends the session; a failing identity is 503 and keeps it", async () => {
    const kept = await platform.signIn(expired);
    platform.state.behaviour = "fail";
    const failed = await platform.call(kept);
    expect([failed.status, failed.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await platform.store.read(kept)).not.toBeNull();

    platform.state.behaviour = "refuse";
    expect((await platform.call(kept)).status).toBe(401);
    expect(await platform.store.read(kept)).toBeNull();
  });

  it("SEC-40 identity being down does not matter while the access token is valid", async () => {
    platform.state.behaviour = "fail";
    const sid = await platform.signIn({ accessTokenExpiresAt: Date.now() + 10_000 });
    expect((await platform.call(sid)).status).toBe(200);
  });

  it("a session ended while its refresh was under way stays ended", async () => {
    const sid = await platform.signIn(expired);
    const read = platform.store.replace.bind(platform.store);
    platform.store.replace = async (...args) => {
      await platform.store.delete(sid);
      return read(...args);
    };
    const response = await platform.call(sid);
    platform.store.replace = read;
    expect(response.status).toBe(401);
    expect(await platform.store.read(sid)).toBeNull();
  });
});
