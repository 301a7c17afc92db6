import { afterEach, describe, expect, it, vi } from "vitest";
import { browserPage, signInUrl } from "./browser-page.ts";

/** A browser's locks, as far as one tab asks for one that another may hold. */
function stubLocks(isHeld: boolean): void {
  const request = (_name: string, _options: unknown, run: (lock: object | null) => unknown): void => {
    void run(isHeld ? null : {});
  };
  vi.stubGlobal("navigator", { locks: { request } });
}

describe("leaving for sign-in", () => {
  afterEach(() => {
    sessionStorage.clear();
    vi.useRealTimers();
  });

  it("happens by itself once, and not again by a page that has just come from there", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    stubLocks(false);
    // jsdom cannot leave a page; whether it would have been left is the answer.
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    expect(await browserPage.leave("/signin")).toBe(true);
    expect(await browserPage.leave("/signin")).toBe(false);
    vi.setSystemTime(Date.now() + 60_000);
    expect(await browserPage.leave("/signin")).toBe(true);
  });

  it("is left to the tab that is on its way already", async () => {
    stubLocks(true);
    expect(await browserPage.leave("/signin")).toBe(false);
  });

  it("S2.5 names the page to come back to, whole", () => {
    const url = new URL(signInUrl("/analytics?days=30&x=a b", true), "http://shell.test");
    expect(url.searchParams.get("callbackUrl")).toBe("/analytics?days=30&x=a b");
    expect(url.searchParams.get("prompt")).toBe("login");
  });
});
