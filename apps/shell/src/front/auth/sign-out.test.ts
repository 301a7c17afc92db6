import cookie from "@fastify/cookie";
import formbody from "@fastify/formbody";
import { createHttpService, createLogger } from "@mullion/http-service";
import { createSessionId, hashSessionId, type TokenStore, TokenStoreError } from "@mullion/token-store";
import { expect, it, onTestFinished, vi } from "vitest";
import { sessionCookie } from "../session/session-cookie.ts";
import { authOptions } from "./auth-options.ts";
import { csrfCookie } from "./cookies.ts";
import { nobodysMethod } from "./credentials/sign-in.ts";
import { mountNextAuth } from "./next-auth-routes.ts";

const origin = "http://localhost:3000";

/** Signs out over HTTP; `end` is what ending the session comes to. */
async function signOut(
  end: (handle: string) => Promise<void>,
): Promise<{ sid: string; status: number; setCookie: string }> {
  vi.stubEnv("NEXTAUTH_URL", origin);
  const log = createLogger({ name: "test", level: "silent" });
  const app = createHttpService({ name: "test", logger: log });
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await app.close();
  });
  await app.register(cookie);
  await app.register(formbody);
  const sessions = { end, discard: async () => undefined, close: () => undefined };
  const env = { NEXTAUTH_SECRET: "x".repeat(32), SESSION_TTL_SECONDS: 60, SHELL_ORIGIN: origin };
  // Signing out reads nothing of the store itself.
  const store = {} as TokenStore;
  const visitor = { sessionId: null, userAgent: "", ipAddress: "" };
  mountNextAuth(app, {
    actions: new Set(["csrf", "signout"]),
    optionsFor: () => authOptions({ env, store, sessions, log }, visitor, nobodysMethod()),
    sessions,
  });
  const issued = await app.inject({ method: "GET", url: "/api/auth/csrf" });
  const csrf = issued.cookies.find(({ name }) => name === csrfCookie);
  const sid = createSessionId();
  const answer = await app.inject({
    method: "POST",
    url: "/api/auth/signout",
    cookies: { [csrfCookie]: csrf?.value ?? "", [sessionCookie]: sid },
    payload: { csrfToken: issued.json<{ csrfToken: string }>().csrfToken },
  });
  return { sid, status: answer.statusCode, setCookie: String(answer.headers["set-cookie"] ?? "") };
}

it("a sign-out ends the session and takes its cookie", async () => {
  const ended: string[] = [];
  const { sid, status, setCookie } = await signOut(async (handle) => {
    ended.push(handle);
  });
  expect(ended).toEqual([hashSessionId(sid)]);
  expect(status).toBeLessThan(400);
  expect(setCookie).toContain(`${sessionCookie}=;`);
});

it("SEC-48 a sign-out that the store did not take is 503 and keeps the cookie: the session still stands", async () => {
  const { status, setCookie } = await signOut(() =>
    Promise.reject(new TokenStoreError("store_unavailable", "away")),
  );
  expect(status).toBe(503);
  expect(setCookie).not.toContain(sessionCookie);
});
