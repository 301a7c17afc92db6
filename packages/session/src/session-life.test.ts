import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { onSessionEvent, type SessionEvent } from "./session-events.ts";
import { holdTime, pass, problem, settle, TestShell, TestTab } from "./test-shell.ts";

const read = { method: "GET", path: "/profile/me" } as const;
let tabs: TestTab[] = [];
let events: SessionEvent[] = [];
let stopListening: () => void = () => undefined;

function openTab(shell: TestShell, session = shell.view()): TestTab {
  const tab = new TestTab(session);
  tabs.push(tab);
  return tab;
}

function press(): void {
  window.dispatchEvent(new KeyboardEvent("keydown", { key: "a" }));
}

function isBackground(shell: TestShell): boolean {
  return shell.seen.at(-1)?.headers.has("x-mullion-background") === true;
}

function types(): string[] {
  return events.map(({ type }) => type);
}

beforeEach(() => {
  holdTime();
  events = [];
  stopListening = onSessionEvent((event) => events.push(event));
});
afterEach(() => {
  for (const tab of tabs) tab.close();
  tabs = [];
  stopListening();
  vi.useRealTimers();
});

describe("requests", () => {
  it("S2.5 of a page that nobody has touched for a minute prolong no session", async () => {
    const shell = new TestShell();
    const tab = openTab(shell);
    await tab.life.client.request(read, false);
    expect(isBackground(shell)).toBe(false);
    await pass(61);
    await tab.life.client.request(read, false);
    expect(isBackground(shell)).toBe(true);
    press();
    await tab.life.client.request(read, false);
    expect(isBackground(shell)).toBe(false);
  });

  it("that a person runs are theirs, however long they thought about it", async () => {
    const shell = new TestShell();
    const tab = openTab(shell);
    await pass(300);
    await tab.life.client.request({ method: "PUT", path: "/profile/me/pins", body: {} }, true);
    expect(isBackground(shell)).toBe(false);
  });

  it("of one tab count as a person's while they are busy in another", async () => {
    const shell = new TestShell();
    const [tab] = [openTab(shell), openTab(shell)];
    await pass(120);
    // Both tabs of this test have the same window: only a message can say that it was the other one.
    const channel = new BroadcastChannel("mullion-session");
    channel.postMessage({ type: "activity", at: Date.now() });
    await settle();
    channel.close();
    await tab.life.client.request(read, false);
    expect(isBackground(shell)).toBe(false);
  });

  it("S2.6 carry the header that no other site can send", async () => {
    const shell = new TestShell();
    await openTab(shell).life.client.request(read, false);
    expect(shell.seen.at(-1)?.headers.get("x-mullion-csrf")).toBe("1");
  });

  it("that are answered with 401 lead to sign-in once, and back to this page", async () => {
    const shell = new TestShell();
    const tab = openTab(shell);
    shell.end();
    await Promise.allSettled([1, 2, 3].map(() => tab.life.client.request(read, false)));
    expect(tab.wentTo).toEqual([
      `/signin?callbackUrl=${encodeURIComponent("/user?tab=devices")}&prompt=login`,
    ]);
    expect(events.at(-1)).toEqual({ type: "signed-out", reason: "revoked" });
  });
});

describe("idling", () => {
  it("S2.5 asks a person a minute before the end, and a fifth of the time before where that is shorter", async () => {
    const shell = new TestShell({ idleSeconds: 1_800 });
    const tab = openTab(shell);
    await pass(1_739);
    expect(tab.state.prompt).toBeNull();
    await pass(2);
    expect(tab.state.prompt).toEqual({ at: Date.parse(shell.view().idleExpiresAt), reason: "idle" });

    const short = new TestShell({ idleSeconds: 20 });
    const shortTab = openTab(short);
    await pass(15);
    expect(shortTab.state.prompt).toBeNull();
    await pass(2);
    expect(shortTab.state.prompt?.reason).toBe("idle");
  });

  it("asks nobody when the session was prolonged behind this tab's back", async () => {
    const shell = new TestShell({ idleSeconds: 100 });
    const tab = openTab(shell);
    await pass(70);
    shell.slide();
    await pass(20);
    expect(shell.lines).toEqual(["GET /api/session"]);
    expect(tab.state.prompt).toBeNull();
    await pass(65);
    expect(tab.state.prompt?.reason).toBe("idle");
  });

  it("goes on when the person stays, in every tab", async () => {
    const shell = new TestShell({ idleSeconds: 100 });
    const [tab, other] = [openTab(shell), openTab(shell)];
    await pass(81);
    expect(other.state.prompt).not.toBeNull();
    expect(await tab.life.extend()).toBe(true);
    await settle();
    expect([tab.state.prompt, other.state.prompt]).toEqual([null, null]);
    expect(other.state.session?.idleExpiresAt).toBe(shell.view().idleExpiresAt);
    await pass(70);
    expect([tab.state.session === null, other.state.session === null]).toEqual([false, false]);
  });

  it("S2.5 ends at zero when the server agrees, and asks for the password though identity may remember", async () => {
    const shell = new TestShell({ idleSeconds: 100 });
    const tab = openTab(shell);
    await pass(101);
    expect(tab.state).toMatchObject({ session: null, closed: { reason: "idle", leaving: true } });
    expect(tab.wentTo).toEqual([
      `/signin?callbackUrl=${encodeURIComponent("/user?tab=devices")}&prompt=login`,
    ]);
    expect(types()).toEqual(["signed-in", "expiring", "signed-out"]);
  });

  it("in a tab that nobody sees ends there, and takes it nowhere", async () => {
    const shell = new TestShell({ idleSeconds: 100 });
    const tab = openTab(shell);
    tab.visible = false;
    await pass(101);
    expect(tab.state.closed).toEqual({ reason: "idle", leaving: false });
    expect(tab.wentTo).toEqual([]);
  });

  it("ends nothing while the server cannot be asked", async () => {
    const shell = new TestShell({ idleSeconds: 100 });
    const tab = openTab(shell);
    await pass(81);
    shell.failure = () => problem(503, "store_unavailable", { "retry-after": "2" });
    await pass(60);
    expect(tab.state).toMatchObject({ closed: null, connection: "reconnecting" });
    shell.failure = null;
    await pass(3);
    expect(tab.state.closed?.reason).toBe("idle");
  });

  it.each([
    ["ahead of", 600_000],
    ["behind", -600_000],
  ])("counts by the server's clock, also on a machine ten minutes %s it", async (_, skewMs) => {
    const shell = new TestShell({ idleSeconds: 100, skewMs });
    const tab = openTab(shell);
    await pass(1);
    if (skewMs < 0) await tab.life.check();
    expect(tab.state).toMatchObject({ closed: null, prompt: null });
    await pass(81);
    const leftMs = (tab.state.prompt?.at ?? 0) - Date.now();
    expect(leftMs).toBeGreaterThan(15_000);
    expect(leftMs).toBeLessThan(20_000);
  });
});

describe("a person who works without any request", () => {
  it("keeps the session, by one request in a quarter of the idle time", async () => {
    const shell = new TestShell({ idleSeconds: 400 });
    const tab = openTab(shell);
    for (let second = 0; second < 1_000; second += 5) {
      press();
      await vi.advanceTimersByTimeAsync(5_000);
    }
    await settle();
    expect(tab.state.session).not.toBeNull();
    expect(shell.lines.length).toBeGreaterThanOrEqual(8);
    expect(shell.lines.length).toBeLessThanOrEqual(10);
    expect(new Set(shell.lines)).toEqual(new Set(["POST /api/bff/session/extend"]));
  });

  it("does not answer the question by passing by", async () => {
    const shell = new TestShell({ idleSeconds: 100 });
    const tab = openTab(shell);
    await pass(81);
    press();
    await settle();
    expect(tab.state.prompt).not.toBeNull();
    expect(shell.lines).not.toContain("POST /api/bff/session/extend");
  });
});

describe("the longest time of a session", () => {
  it("is announced, prolonged by nothing, and ends it", async () => {
    const shell = new TestShell({ idleSeconds: 1_800, totalSeconds: 300 });
    const tab = openTab(shell);
    await pass(241);
    expect(tab.state.prompt?.reason).toBe("expired");
    press();
    tab.life.dismissPrompt();
    await pass(30);
    expect(tab.state.prompt).toBeNull();
    await pass(30);
    expect(tab.state.closed?.reason).toBe("expired");
    expect(shell.lines).not.toContain("POST /api/bff/session/extend");
    expect(tab.wentTo).toEqual([`/signin?callbackUrl=${encodeURIComponent("/user?tab=devices")}`]);
  });
});

describe("tabs of one browser", () => {
  it("S0.3 S2.5 all lose the session when one signs out, and stay where they are", async () => {
    const shell = new TestShell();
    const [tab, other] = [openTab(shell), openTab(shell)];
    await tab.life.signOut();
    await settle();
    expect(tab.wentTo).toEqual(["/"]);
    expect(other.state).toMatchObject({ session: null, closed: { reason: "user", leaving: false } });
    expect(other.wentTo).toEqual([]);
  });

  it("believe the end of a session only when the server says so too", async () => {
    const shell = new TestShell();
    const tab = openTab(shell);
    const channel = new BroadcastChannel("mullion-session");
    channel.postMessage({ type: "ended", reason: "revoked" });
    await settle();
    expect(tab.state.session).not.toBeNull();
    shell.end();
    channel.postMessage({ type: "ended", reason: "revoked" });
    await settle();
    channel.close();
    expect(tab.state.closed).toEqual({ reason: "revoked", leaving: false });
  });

  it("load again when somebody else signs in, or anybody where the session was over", async () => {
    const shell = new TestShell();
    const [ada, over] = [openTab(shell), openTab(shell)];
    await settle();
    expect([ada.reloads, over.reloads]).toEqual([0, 0]);
    over.visible = false;
    shell.end();
    await over.life.check();
    await settle();
    const grace = new TestShell();
    grace.userId = "user-2";
    openTab(grace);
    await settle();
    expect([ada.reloads, over.reloads].every((count) => count > 0)).toBe(true);
  });

  it("look again when somebody comes back to them, at most every 30 seconds, and tell of new roles", async () => {
    const shell = new TestShell();
    const tab = openTab(shell);
    const comeBack = (): boolean => document.dispatchEvent(new Event("visibilitychange"));
    comeBack();
    expect(shell.lines).toEqual([]);
    await pass(31);
    shell.roles = ["admin"];
    comeBack();
    comeBack();
    await settle();
    comeBack();
    await settle();
    expect(shell.lines).toEqual(["GET /api/session"]);
    expect(tab.state.session?.roles).toEqual(["admin"]);
    expect(types()).toEqual(["signed-in", "changed"]);
  });
});

describe("a page that came without a session", () => {
  it("asks for it", async () => {
    const shell = new TestShell();
    const tab = new TestTab(undefined);
    tabs.push(tab);
    expect(tab.state.status).toBe("loading");
    await settle();
    expect(tab.state).toMatchObject({ status: "authenticated", session: shell.view() });
  });
});
