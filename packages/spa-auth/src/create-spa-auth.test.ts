import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { AuthEvent } from "./auth-state.ts";
import { type SpaAuth, type SpaAuthOptions } from "./create-spa-auth.ts";
import { holdTime, openTab, pass, password, problem, settle, TestIdentity } from "./test-identity.ts";

const credentials = { email: "ada@mullion.test", password };

async function open(
  options?: Partial<SpaAuthOptions>,
): Promise<{ auth: SpaAuth; events: AuthEvent[]; close: () => void }> {
  const { auth, close } = openTab(options);
  const events: AuthEvent[] = [];
  auth.on((event) => events.push(event));
  onTestFinished(close);
  await settle();
  return { auth, events, close };
}

beforeEach(() => {
  holdTime();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("when the page loads", () => {
  it("S2.4 a session that the browser has a cookie of is there again, with nobody asked for anything", async () => {
    const identity = new TestIdentity();
    const { auth, close } = openTab();
    onTestFinished(close);
    expect(auth.snapshot().status).toBe("loading");
    await settle();
    expect(auth.snapshot()).toMatchObject({ status: "signed-in", user: { id: "ada" } });
    expect(await auth.accessToken()).toBe(identity.token);
    expect(identity.sent[0]?.init).toMatchObject({
      method: "POST",
      credentials: "include",
      redirect: "error",
    });
    expect(identity.refreshes).toBe(1);
  });

  it("nobody is signed in where there is none, and that was no sign-out", async () => {
    new TestIdentity({ isAlive: false });
    const { auth, events } = await open();
    expect(auth.snapshot()).toMatchObject({ status: "signed-out", user: null, reason: null });
    expect(events).toEqual([]);
    await expect(auth.accessToken()).rejects.toMatchObject({ code: "no_session" });
  });

  it("an identity that is down leaves the answer open, and is asked again until there is one", async () => {
    const identity = new TestIdentity();
    identity.trouble = () => Promise.reject(new TypeError("fetch failed"));
    const { auth } = await open();
    expect(auth.snapshot()).toMatchObject({ status: "loading", identityAvailable: false });
    await pass(60);
    expect(identity.refreshes).toBeGreaterThan(4);
    expect(identity.refreshes).toBeLessThan(12);
    identity.trouble = null;
    await pass(40);
    expect(auth.snapshot()).toMatchObject({ status: "signed-in", identityAvailable: true });
  });
});

describe("an access token", () => {
  it("S2.4 is replaced shortly before it expires", async () => {
    const identity = new TestIdentity();
    const { auth } = await open();
    await pass(530);
    expect(identity.refreshes).toBe(1);
    await pass(20);
    expect(identity.refreshes).toBe(2);
    expect(await auth.accessToken()).toBe("token-2");
  });

  it("is fetched by the next call when it expired unseen", async () => {
    const identity = new TestIdentity();
    const { auth } = await open();
    vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    await pass(900);
    expect(identity.refreshes).toBe(1);
    const tokens = await Promise.all(Array.from({ length: 5 }, () => auth.accessToken()));
    expect(new Set(tokens)).toEqual(new Set(["token-2"]));
    expect(identity.refreshes).toBe(2);
  });

  it("S2.4 once the session is over, whoever asks is told to sign in, and only the first asks identity", async () => {
    const identity = new TestIdentity();
    const { auth, events } = await open();
    identity.isAlive = false;
    const asked = await Promise.allSettled([auth.accessToken("token-1"), auth.accessToken("token-1")]);
    for (const { status } of asked) expect(status).toBe("rejected");
    await expect(auth.accessToken()).rejects.toMatchObject({ code: "no_session" });
    expect(identity.refreshes).toBe(2);
    expect(auth.snapshot()).toMatchObject({ status: "signed-out", reason: "ended" });
    expect(events.map(({ type }) => type)).toEqual(["signed-in", "signed-out"]);
  });

  it("identity down: a good token is used, a bad one waits for Retry-After, and the session stands", async () => {
    const identity = new TestIdentity();
    const { auth } = await open();
    identity.trouble = () => problem(503, "dependency_unavailable", { "retry-after": "8" });
    await expect(auth.accessToken("token-1")).rejects.toMatchObject({ code: "identity_unavailable" });
    expect(await auth.accessToken()).toBe("token-1");
    await expect(auth.accessToken("token-1")).rejects.toMatchObject({ code: "identity_unavailable" });
    expect(identity.refreshes).toBe(2);
    expect(auth.snapshot()).toMatchObject({ status: "signed-in", identityAvailable: false });
    identity.trouble = null;
    await pass(10);
    expect(await auth.accessToken("token-1")).toBe("token-2");
    expect(auth.snapshot().identityAvailable).toBe(true);
  });

  it("S3.5 one that cannot be refreshed ends the session when it expires, without asking", async () => {
    const identity = new TestIdentity({ isAlive: false });
    const { auth } = await open();
    identity.refreshable = false;
    await auth.signIn(credentials);
    expect(auth.snapshot().status).toBe("signed-in");
    await pass(601);
    expect(auth.snapshot()).toMatchObject({ status: "signed-out", reason: "ended" });
    expect(identity.refreshes).toBe(1);
  });
});

describe("signing in and out", () => {
  it("tells a wrong password from too many, from a page that may not ask, and from an identity that is down", async () => {
    const identity = new TestIdentity({ isAlive: false });
    const { auth } = await open();
    const signIn = (secret: string): Promise<void> => auth.signIn({ ...credentials, password: secret });
    await expect(signIn("wrong")).rejects.toMatchObject({ code: "invalid_credentials" });
    identity.trouble = () => problem(429, "too_many_attempts", { "retry-after": "60" });
    await expect(signIn(password)).rejects.toMatchObject({
      code: "too_many_attempts",
      retryAfterSeconds: 60,
    });
    identity.trouble = () => problem(403, "cross_site_request");
    await expect(signIn(password)).rejects.toMatchObject({ code: "refused" });
    identity.trouble = () => problem(500, "internal");
    await expect(signIn(password)).rejects.toMatchObject({ code: "identity_unavailable" });
    identity.trouble = null;
    await signIn(password);
    expect(auth.snapshot()).toMatchObject({ status: "signed-in", reason: null });
  });

  it("S2.1 a sign-out ends the session at identity first; when it cannot be reached, nobody is told that it is over", async () => {
    const identity = new TestIdentity();
    const { auth, events } = await open();
    identity.trouble = () => problem(503, "dependency_unavailable");
    await expect(auth.signOut()).rejects.toMatchObject({ code: "identity_unavailable" });
    expect(auth.snapshot().status).toBe("signed-in");
    identity.trouble = null;
    await auth.signOut();
    expect(identity.isAlive).toBe(false);
    expect(auth.snapshot()).toMatchObject({ status: "signed-out", reason: "user" });
    expect(events.at(-1)).toEqual({ type: "signed-out", reason: "user" });
  });

  it("a refresh that is answered after the session ended does not bring it back", async () => {
    const identity = new TestIdentity();
    const { auth } = await open();
    const { promise, resolve } = Promise.withResolvers<Response>();
    const late = await identity.fetch("https://id.test/spa/todo/session/refresh", {
      method: "POST",
      headers: { "x-mullion-csrf": "1" },
    });
    identity.trouble = () => promise;
    const asked = auth.accessToken("token-1").catch((error: unknown) => error);
    await settle();
    const other = await open();
    identity.trouble = null;
    await other.auth.signOut();
    await settle();
    resolve(late);
    expect(await asked).toMatchObject({ code: "no_session" });
    expect(auth.snapshot().status).toBe("signed-out");
  });

  it("after stop and start, as in React's strict mode, the session goes on", async () => {
    const identity = new TestIdentity();
    const { auth, close } = await open();
    close();
    onTestFinished(auth.start());
    await pass(530);
    expect(identity.refreshes).toBe(1);
    await pass(20);
    expect(identity.refreshes).toBe(2);
  });
});
