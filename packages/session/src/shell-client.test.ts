import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { holdTime, pass, problem, TestShell, TestTab } from "./test-shell.ts";

const read = { method: "GET", path: "/profile/me" } as const;
let tab: TestTab;

beforeEach(() => {
  holdTime();
});
afterEach(() => {
  tab.close();
  vi.useRealTimers();
});

describe("a shell that is away", () => {
  it.each([
    ["its store", () => problem(503, "store_unavailable", { "retry-after": "3" })],
    ["itself", () => Response.error()],
  ])("(%s) is asked again by itself until it is back", async (what, failure) => {
    const shell = new TestShell();
    tab = new TestTab(shell.view());
    shell.failure = () => {
      if (what === "itself") throw new TypeError("Failed to fetch");
      return failure();
    };
    await expect(tab.life.client.request(read, false)).rejects.toThrow();
    expect(tab.state.connection).toBe("reconnecting");
    await pass(10);
    expect(tab.state).toMatchObject({ connection: "reconnecting", closed: null });
    shell.failure = null;
    await pass(16);
    expect(tab.state.connection).toBe("online");
  });

  it("(identity) is back when a call succeeds, not when the shell merely knows the session", async () => {
    const shell = new TestShell();
    tab = new TestTab(shell.view());
    shell.failure = () => problem(503, "identity_unavailable", { "retry-after": "5" });
    await expect(tab.life.client.request(read, false)).rejects.toThrow();
    shell.failure = null;
    await tab.life.check();
    expect(tab.state.connection).toBe("reconnecting");
    await tab.life.client.request(read, false);
    expect(tab.state.connection).toBe("online");
  });

  it("is not away because one service is", async () => {
    const shell = new TestShell();
    tab = new TestTab(shell.view());
    shell.failure = () => problem(504, "upstream_timeout");
    await expect(tab.life.client.request(read, false)).rejects.toThrow();
    expect(tab.state.connection).toBe("online");
  });
});
