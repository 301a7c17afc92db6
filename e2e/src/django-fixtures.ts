import path from "node:path";
import { fileURLToPath } from "node:url";
import { type DjangoServer, findDjango, startDjango } from "@mullion/django-backend";
import { deletePlatformData, type Platform, type Python, startPlatform } from "@mullion/local";
import type { UserAgent } from "@mullion/testing";
import { test as base, expect } from "@playwright/test";
import { type Fronts, frontsOf } from "./fronts.ts";
import type { Records } from "./records.ts";
import { recordsFixture } from "./records-fixture.ts";
import { sessionCookie } from "./session-cookie.ts";
import { createTap, type Tap } from "./tap.ts";
import { type Call, sameOriginHeaders } from "./visitor.ts";

export { expect };

const portBase = 16_000;
const fronts = 3;
const routesModule = fileURLToPath(import.meta.resolve("@mullion/django-backend/routes"));

/** Absolute life of the sessions. */
export const sessionSeconds = 3_600;

/** The person that Django knows. */
export const ada = {
  username: "ada",
  password: "correct horse battery",
  email: "ada@mullion.test",
  name: "Ada Lovelace",
  roles: ["member", "bookkeepers"],
} as const;

/** Somebody at the sign-in page: what they saw there. */
export interface SignInAttempt {
  readonly status: number;
  readonly html: string;
  readonly headers: Headers;
}

/** A browser at a shell whose backend is Django. */
export interface DjangoVisitor {
  readonly agent: UserAgent;
  /** Fills in the form at `/signin` and sends it; redirects are not followed. */
  signIn(
    credentials?: { username: string; password: string },
    form?: Readonly<Record<string, string>>,
  ): Promise<SignInAttempt>;
  /** The session cookie's value; throws when there is none. */
  sid(): Promise<string>;
  /** Calls the BFF as a page does. `path` follows `/api/bff`. */
  call(path: string, options?: Call): Promise<Response>;
  signOut(): Promise<Response>;
}

interface WorkerFixtures {
  readonly python: Python | null;
  readonly django: DjangoServer;
  /** Between the fronts and Django's token endpoints. */
  readonly tokenTap: Tap;
  readonly platform: Platform;
  readonly fronts: Fronts;
  readonly records: Records;
}

interface TestFixtures {
  readonly visitor: DjangoVisitor;
}

/** Asks Django itself, past the shell, as somebody would who stole a token. */
export async function askDjango(
  { url }: DjangoServer,
  to: string,
  body: unknown,
): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(url + to, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}

/** How often Django answered a request in this way, e.g. `POST /api/token/ 200`. */
export async function countOf(django: DjangoServer, wanted: string): Promise<number> {
  return (await django.requests()).filter((request) => request === wanted).length;
}

function hiddenField(html: string, name: string): string {
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? "";
}

function visitorAt({ origin, newAgent, serverOf }: Fronts): DjangoVisitor {
  const agent = newAgent();
  const post = async (to: string, fields: Record<string, string>): Promise<Response> =>
    agent.fetch(origin + to, {
      method: "POST",
      headers: { origin, "sec-fetch-site": "same-origin" },
      body: new URLSearchParams(fields),
    });
  return {
    agent,
    async signIn({ username, password } = ada, form = {}) {
      const page = await (await agent.fetch(`${origin}/signin?callbackUrl=%2F`)).text();
      const csrfToken = hiddenField(page, "csrfToken");
      const callbackUrl = hiddenField(page, "callbackUrl");
      const answer = await post("/signin", { csrfToken, callbackUrl, username, password, ...form });
      return { status: answer.status, html: await answer.text(), headers: answer.headers };
    },
    async sid() {
      const sid = await agent.cookie(origin, sessionCookie);
      if (sid === undefined) throw new Error("there is no session cookie");
      return sid;
    },
    call: async (to, { front, ...options } = {}) =>
      agent.fetch(`${origin}/api/bff${to}`, {
        ...options,
        headers: { ...sameOriginHeaders, ...options.headers },
        server: serverOf(front),
      }),
    async signOut() {
      const csrf = (await (await agent.fetch(`${origin}/api/auth/csrf`)).json()) as { csrfToken: string };
      return post("/api/auth/signout", { ...csrf, callbackUrl: "/", json: "true" });
    },
  };
}

/** Test against three real fronts whose sign-in and API are a real Django, on one real Redis. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  python: [
    async ({}, use) => {
      await use(await findDjango());
    },
    { scope: "worker", timeout: 240_000 },
  ],
  django: [
    async ({ python }, use) => {
      if (python === null) throw new Error("there is no Django");
      const django = await startDjango(python);
      await django.setUser(ada);
      await use(django);
      await django.close();
    },
    { scope: "worker", timeout: 60_000 },
  ],
  tokenTap: [
    async ({ django }, use) => {
      const tap = await createTap(django.url);
      await use(tap);
      await tap.close();
    },
    { scope: "worker" },
  ],
  platform: [
    async ({ django, tokenTap }, use) => {
      const dataDir = path.resolve(import.meta.dirname, "../../.mullion/e2e-django");
      await deletePlatformData(dataDir);
      const platform = await startPlatform({
        ...{ portBase, dataDir, build: false, shells: fronts },
        overrides: {
          shell: {
            SIGN_IN: "credentials",
            CREDENTIALS_URL: tokenTap.url,
            GATEWAY_URL: django.url,
            ROUTES_MODULE: routesModule,
            SESSION_TTL_SECONDS: String(sessionSeconds),
          },
        },
      });
      await use(platform);
      await platform.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  fronts: [
    async ({ platform }, use) => {
      await use(frontsOf(platform, fronts));
    },
    { scope: "worker" },
  ],
  records: recordsFixture,
  visitor: async ({ fronts: all }, use) => {
    await use(visitorAt(all));
  },
});
