import { apiAudience, identityAudience } from "@mullion/contracts";
import { hashSessionId } from "@mullion/token-store";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestPlatform, type TestPlatform } from "./test-platform.ts";

const expired = { issuedInMs: -600_000, expiresInMs: -1_000 };
const early = { issuedInMs: -580_000, expiresInMs: 20_000 };

/** A promise and what fulfils it. */
function gate(): { open: () => void; passed: Promise<undefined> } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return {
    passed: promise,
    open: () => {
      resolve(undefined);
    },
  };
}

describe.each([1, 3])("refresh with %i fronts on one Redis", (count) => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await startTestPlatform({ fronts: count });
  });
  afterAll(async () => {
    await platform.close();
  });
  beforeEach(() => {
    Object.assign(platform.state, {
      behaviour: "rotate",
      refreshes: 0,
      audiences: [],
      before: async () => undefined,
    });
    platform.received.length = 0;
  });

  const tokenOf = async (sid: string): Promise<string | undefined> =>
    (await platform.store.read(sid))?.tokens.access[apiAudience]?.token;

  it("P13 an expired token is refreshed once for 300 requests at the same time, and rotates the stored pair", async () => {
    const sid = await platform.signIn(expired);
    const responses = await Promise.all(Array.from({ length: 300 }, async () => platform.call(sid)));
    expect(responses.map((response) => response.status)).toEqual(Array.from({ length: 300 }, () => 200));
    expect(platform.state.refreshes).toBe(1);
    expect(await platform.store.read(sid)).toMatchObject({
      version: 2,
      tokens: { refreshToken: `refresh-${sid}.1` },
    });
    expect(await tokenOf(sid)).toBe("access-1");
  });

  it("P13 the lease is kept while identity takes longer than it lasts", async () => {
    const sid = await platform.signIn(expired);
    const startedAt = performance.now();
    // Answered only after the lease would have run out without renewal.
    platform.state.before = () =>
      expect.poll(() => performance.now() - startedAt, { timeout: 5_000 }).toBeGreaterThan(2_600);
    const responses = await Promise.all(Array.from({ length: 12 }, async () => platform.call(sid)));
    expect(responses.every(({ status }) => status === 200)).toBe(true);
    expect(platform.state.refreshes).toBe(1);
  });

  it("a token that is about to expire is used at once and replaced in the background", async () => {
    const sid = await platform.signIn(early);
    const { open, passed } = gate();
    platform.state.before = () => passed;
    const answers = await Promise.all(Array.from({ length: 9 }, async () => platform.call(sid)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(platform.received.map(({ headers }) => headers["authorization"])).toEqual(
      Array.from({ length: 9 }, () => "Bearer access-0"),
    );
    open();
    await expect.poll(() => tokenOf(sid)).toBe("access-1");
    expect(platform.state.refreshes).toBe(1);
  });

  it("a lease left behind by a front that died holds the others up only until it runs out", async () => {
    const sid = await platform.signIn(expired);
    const dead = await platform.fronts[0].leases.acquire(sid);
    const answered = platform.call(sid);
    expect(platform.state.refreshes).toBe(0);
    await dead?.release();
    expect((await answered).status).toBe(200);
    expect(platform.state.refreshes).toBe(1);
  });

  it("a token is asked for per audience, and one session's audiences are refreshed one after the other", async () => {
    const sid = await platform.signIn(expired);
    const answers = await Promise.all([platform.call(sid), platform.call(sid, "/identity/users")]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(platform.state.audiences.toSorted()).toEqual([apiAudience, identityAudience]);
    const sent = platform.received.map(({ url, headers }) => [url, headers["authorization"]]);
    const access = (await platform.store.read(sid))?.tokens.access;
    expect(sent.toSorted()).toEqual([
      ["/identity/users", `Bearer ${access?.[identityAudience]?.token ?? ""}`],
      ["/profile/me", `Bearer ${access?.[apiAudience]?.token ?? ""}`],
    ]);
  });

  it("invalid_grant is 401 and ends the session; a failing identity is 503 and keeps it", async () => {
    const kept = await platform.signIn(expired);
    platform.state.behaviour = "fail";
    const failed = await platform.call(kept);
    expect([failed.status, failed.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await platform.store.read(kept)).not.toBeNull();

    platform.state.behaviour = "refuse";
    expect((await platform.call(kept)).status).toBe(401);
    expect(await platform.store.read(kept)).toBeNull();
  });

  it("identity being down does not matter while the access token is valid", async () => {
    platform.state.behaviour = "fail";
    const sid = await platform.signIn({ issuedInMs: -590_000, expiresInMs: 10_000 });
    expect((await platform.call(sid)).status).toBe(200);
  });

  it("a session ended while its refresh was under way stays ended", async () => {
    const sid = await platform.signIn(expired);
    platform.state.before = async () => {
      await platform.store.delete(sid);
    };
    expect((await platform.call(sid)).status).toBe(401);
    expect(await platform.store.read(sid)).toBeNull();
    expect(await platform.store.aliveAmong([hashSessionId(sid)])).toEqual(new Set());
  });

  it("tokens written meanwhile by a front that was taken for dead are used, and the session lives", async () => {
    const sid = await platform.signIn(expired);
    platform.state.behaviour = "refuse";
    platform.state.before = async () => {
      const stored = await platform.store.read(sid);
      if (stored === null) throw new Error("the session is gone");
      const now = Date.now();
      const written = { token: "access-of-the-other", scope: "", issuedAt: now, expiresAt: now + 600_000 };
      const tokens = { ...stored.tokens, access: { [apiAudience]: written } };
      await platform.store.replace(sid, stored.version, { ...stored, tokens });
    };
    expect((await platform.call(sid)).status).toBe(200);
    expect(platform.received[0]?.headers["authorization"]).toBe("Bearer access-of-the-other");
  });
});

describe("idle expiry", () => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await startTestPlatform({ idleTimeoutMs: 2_000 });
  });
  afterAll(async () => {
    await platform.close();
  });

  const idleEnd = async (sid: string): Promise<string | undefined> =>
    (await platform.store.readView(sid))?.idleExpiresAt;

  it("a person's call slides it, a timer's does not", async () => {
    const sid = await platform.signIn();
    const begun = await idleEnd(sid);
    // Only a use that is later than a twentieth of the idle time is worth a write.
    const begunAt = performance.now();
    await expect.poll(() => performance.now() - begunAt).toBeGreaterThan(150);
    await platform.call(sid, "/profile/me", { headers: { "x-mullion-background": "1" } });
    expect(await idleEnd(sid)).toBe(begun);
    await platform.call(sid);
    await expect.poll(() => idleEnd(sid)).not.toBe(begun);
  });

  it("polling alone does not keep a session alive", async () => {
    const sid = await platform.signIn();
    await expect
      .poll(
        async () =>
          (await platform.call(sid, "/profile/me", { headers: { "x-mullion-background": "1" } })).status,
        {
          timeout: 5_000,
        },
      )
      .toBe(401);
  });
});
