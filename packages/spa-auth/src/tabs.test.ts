import { locks } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { SpaAuth, SpaAuthOptions } from "./create-spa-auth.ts";
import { holdTime, openTab, pass, password, settle, TestIdentity } from "./test-identity.ts";

async function open(options?: Partial<SpaAuthOptions>): Promise<SpaAuth> {
  const { auth, close } = openTab(options);
  onTestFinished(close);
  await settle();
  return auth;
}

const click = (): boolean => window.dispatchEvent(new Event("pointerdown"));
const statusOf = (auth: SpaAuth): unknown => [auth.snapshot().status, auth.snapshot().reason];

beforeEach(() => {
  holdTime();
  // The DOM of the tests has none; Node's are the same thing.
  Object.defineProperty(navigator, "locks", { value: locks, configurable: true });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("several tabs", () => {
  it("S2.4 refresh once: the others take over what one was given", async () => {
    const identity = new TestIdentity();
    const tabs = [await open(), await open(), await open()];
    const before = identity.refreshes;
    const refused = identity.token;
    const asked = Promise.all(tabs.map((tab) => tab.accessToken(refused)));
    await pass(1);
    expect(new Set(await asked)).toEqual(new Set([identity.token]));
    expect(identity.refreshes).toBe(before + 1);
  });

  it("sign-in and sign-out in one show in all", async () => {
    new TestIdentity({ isAlive: false });
    const [one, other] = [await open(), await open()];
    await one.signIn({ email: "ada@mullion.test", password });
    await settle();
    expect(other.snapshot()).toMatchObject({ status: "signed-in", user: { id: "ada" } });
    await other.signOut();
    await settle();
    expect(statusOf(one)).toEqual(["signed-out", "user"]);
  });

  it("another person who signs in is another person everywhere", async () => {
    const identity = new TestIdentity();
    const [one, other] = [await open(), await open()];
    identity.userId = "grace";
    await one.signIn({ email: "grace@mullion.test", password });
    await settle();
    expect(other.snapshot().user?.id).toBe("grace");
  });
});

describe("nothing done", () => {
  const idle = { seconds: 300, promptSeconds: 60 };

  it("S2.5 asks before the end, signs out at it, here and at identity", async () => {
    const identity = new TestIdentity();
    const auth = await open({ idle });
    await pass(239);
    expect(auth.snapshot().idleEndsAt).toBeNull();
    await pass(2);
    expect(auth.snapshot().idleEndsAt).toBe(new Date("2026-03-09T08:05:00Z").getTime());
    await pass(60);
    expect(statusOf(auth)).toEqual(["signed-out", "idle"]);
    expect(identity.isAlive).toBe(false);
  });

  it("S2.5 what somebody does puts it off; once asked, only an answer does", async () => {
    new TestIdentity();
    const auth = await open({ idle });
    await pass(200);
    click();
    await pass(200);
    expect(auth.snapshot().idleEndsAt).toBeNull();
    await pass(50);
    expect(auth.snapshot().idleEndsAt).not.toBeNull();
    click();
    expect(auth.snapshot().idleEndsAt).not.toBeNull();
    auth.stay();
    expect(auth.snapshot().idleEndsAt).toBeNull();
    await pass(200);
    expect(auth.snapshot().status).toBe("signed-in");
  });

  it("S2.5 a person at one tab is there for all; the answer in one closes the question in all", async () => {
    new TestIdentity();
    const [one, other] = [await open({ idle }), await open({ idle })];
    await pass(250);
    expect(other.snapshot().idleEndsAt).not.toBeNull();
    one.stay();
    await settle();
    expect(other.snapshot().idleEndsAt).toBeNull();
    await pass(200);
    expect([one, other].map((tab) => tab.snapshot().status)).toEqual(["signed-in", "signed-in"]);
    await pass(150);
    expect([statusOf(one), statusOf(other)]).toEqual([
      ["signed-out", "idle"],
      ["signed-out", "idle"],
    ]);
  });

  it("S2.5 an identity that is away when the time is up hears of it later; the page shows nobody at once", async () => {
    const identity = new TestIdentity();
    const auth = await open({ idle });
    await pass(250);
    identity.trouble = () => Promise.reject(new TypeError("fetch failed"));
    await pass(51);
    expect(auth.snapshot().status).toBe("signed-out");
    expect(identity.isAlive).toBe(true);
    identity.trouble = null;
    await pass(40);
    expect(identity.isAlive).toBe(false);
  });
});
