import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { SignInOutcome } from "@mullion/bff";
import { createTestLink, testRedisUrl } from "@mullion/testing";
import { connectRedis, type RedisClient } from "@mullion/token-store";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createAttemptLimits } from "./attempt-limits.ts";
import { type AttemptOutcome, attemptSignIn } from "./attempt-sign-in.ts";

const limits = { perAddress: 6, perUsername: 3, windowSeconds: 60 };

describe("attempts to sign in", () => {
  let fronts: RedisClient[];
  let outcome: SignInOutcome;
  let asked: number;
  let username: string;
  let address: string;
  beforeAll(async () => {
    fronts = [1, 2].map(() => connectRedis(testRedisUrl(), () => undefined));
    await Promise.all(fronts.map(async (redis) => once(redis, "ready")));
  });
  afterAll(() => {
    for (const redis of fronts) redis.disconnect();
  });
  beforeEach(() => {
    outcome = { kind: "refused" };
    asked = 0;
    username = randomUUID();
    address = randomUUID();
  });

  async function attempt(front = 0, over: { username?: string; address?: string; password?: string } = {}) {
    const redis = fronts[front];
    if (redis === undefined) throw new Error("no such front");
    const backend = {
      signIn: async () => {
        asked += 1;
        return outcome;
      },
      refresh: async () => ({ kind: "ended", error: "" }) as const,
      revoke: async () => undefined,
    };
    return attemptSignIn(
      { backend, limits: createAttemptLimits(redis, limits) },
      { username: over.username ?? username, password: over.password ?? "guess" },
      over.address ?? address,
      AbortSignal.timeout(5_000),
    );
  }

  async function kinds(attempts: Promise<AttemptOutcome>[]): Promise<string[]> {
    return (await Promise.all(attempts)).map(({ kind }) => kind).sort();
  }

  it("guesses at one name made at the same time, from many addresses over two fronts, stop at the limit", async () => {
    const guesses = Array.from({ length: 8 }, async (_, at) => attempt(at % 2, { address: randomUUID() }));
    expect(await kinds(guesses)).toEqual([
      ..."limited ".repeat(5).trim().split(" "),
      "refused",
      "refused",
      "refused",
    ]);
    expect(asked).toBe(3);
    expect(await attempt(0, { username: username.toUpperCase(), address: randomUUID() })).toMatchObject({
      kind: "limited",
      retryAfterSeconds: expect.toSatisfy((seconds: number) => seconds > 50 && seconds <= 60) as unknown,
    });
  });

  it("an address that guesses at many names is stopped, and then uses up no name's attempts", async () => {
    for (let at = 0; at < limits.perAddress; at += 1) await attempt(0, { username: randomUUID() });
    for (let at = 0; at < 5; at += 1) expect((await attempt()).kind).toBe("limited");
    expect((await attempt(0, { address: randomUUID() })).kind).toBe("refused");
  });

  it("neither right passwords nor a backend that is away use up attempts; a right one clears the name", async () => {
    const unavailable: SignInOutcome = { kind: "unavailable", cause: new Error("down") };
    const signedIn: SignInOutcome = {
      kind: "signed-in",
      person: { id: "1", name: "Ada", email: "ada@mullion.test", roles: [] },
      tokens: {
        accessToken: "a",
        refreshToken: "r",
        idToken: undefined,
        expiresInSeconds: 60,
        scope: undefined,
      },
    };
    for (outcome of [unavailable, signedIn]) {
      for (let at = 0; at < 10; at += 1) expect((await attempt()).kind).toBe(outcome.kind);
    }
    outcome = { kind: "refused" };
    await attempt();
    await attempt();
    outcome = signedIn;
    await attempt();
    outcome = { kind: "refused" };
    expect((await attempt()).kind).toBe("refused");
    expect((await attempt()).kind).toBe("refused");
  });

  it("an empty or endless name or password is refused and counted without asking the backend", async () => {
    for (const odd of [{ password: "" }, { password: "x".repeat(10_000) }, { username: "" }]) {
      expect((await attempt(0, odd)).kind).toBe("refused");
    }
    expect(asked).toBe(0);
  });

  it("without Redis nobody's password is tried", async () => {
    const link = await createTestLink(testRedisUrl());
    const redis = connectRedis(link.url, () => undefined);
    await once(redis, "ready");
    fronts.push(redis);
    await link.cut();
    await expect(attempt(fronts.length - 1)).rejects.toThrow();
    expect(asked).toBe(0);
    await link.close();
  });
});
