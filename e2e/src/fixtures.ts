import path from "node:path";
import { type DemoAccount, deletePlatformData, type Platform, startPlatform } from "@mullion/local";
import { type BrowserContext, test as base, expect } from "@playwright/test";
import type { Records } from "./records.ts";
import { recordsFixture } from "./records-fixture.ts";
import { ShellPage } from "./shell-page.ts";
import { type Traffic, watchTraffic } from "./traffic.ts";

export { expect };

/** Access tokens live this long in the browser tests, so that some of them expire while people look on. */
const accessTokenTtlSeconds = 15;

/** Beside the default ports, so that a developer's own platform can stay up. */
const portBase = 13_000;

/** Where the registry listens, for whoever stands in front of it. */
export const registryUrl = `http://127.0.0.1:${String(portBase + 1_300)}`;

// The load of a test is one person who asks a lot.
const unrationed = { RATE_LIMIT_PER_SUBJECT: "1000000", RATE_LIMIT_PER_ADDRESS: "1000000" };

const dataDir = path.resolve(import.meta.dirname, "../../.mullion/e2e");

interface WorkerFixtures {
  /** A session that nobody used for so long ends; the shell's own default where it is not set. */
  readonly idleSeconds: number | undefined;
  /** Where artifacts are served from, when that is not the registry itself. */
  readonly artifactsUrl: string | undefined;
  /** Fronts under the one origin; the browser talks to the first. Two are there to be put under load: nobody is rationed. */
  readonly shells: 1 | 2;
  readonly platform: Platform;
  readonly records: Records;
}

interface TestFixtures {
  readonly traffic: Traffic;
  readonly shell: ShellPage;
  /** The demo account of a role. */
  readonly account: (role: "admin" | "developer" | "member" | "viewer") => DemoAccount;
}

export const sessionCookie = "__Host-mullion.sid";

/** The session id in the browser's cookie jar. */
export async function sessionIdOf(context: BrowserContext): Promise<string> {
  const cookie = (await context.cookies()).find(({ name }) => name === sessionCookie);
  if (cookie === undefined) throw new Error("the browser has no session cookie");
  return cookie.value;
}

/** Test with a running platform (one per worker), the shell's page object, and watched traffic. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  idleSeconds: [undefined, { scope: "worker", option: true }],
  artifactsUrl: [undefined, { scope: "worker", option: true }],
  shells: [1, { scope: "worker", option: true }],
  platform: [
    async ({ idleSeconds, artifactsUrl, shells }, use) => {
      // Fresh at every start: what an earlier run published or saved must not speak for this one.
      await deletePlatformData(dataDir);
      const platform = await startPlatform({
        portBase,
        dataDir,
        build: false,
        shells,
        overrides: {
          identity: { ACCESS_TOKEN_TTL_SECONDS: String(accessTokenTtlSeconds) },
          ...(shells === 1 ? {} : { gateway: unrationed }),
          ...(artifactsUrl === undefined ? {} : { registry: { PUBLIC_URL: artifactsUrl } }),
          ...(idleSeconds === undefined ? {} : { shell: { SESSION_IDLE_SECONDS: String(idleSeconds) } }),
        },
      });
      await use(platform);
      await platform.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  records: recordsFixture,
  baseURL: async ({ platform }, use) => {
    await use(platform.shellUrl);
  },
  traffic: [
    async ({ context }, use) => {
      await use(watchTraffic(context));
    },
    { auto: true },
  ],
  shell: async ({ page }, use) => {
    await use(new ShellPage(page));
  },
  account: async ({ platform }, use) => {
    await use((role) => {
      const account = platform.accounts.find(({ roles }) => roles.includes(role));
      if (account === undefined) throw new Error(`no demo account has the role ${role}`);
      return account;
    });
  },
});
