import path from "node:path";
import { type DemoAccount, deletePlatformData, type Platform, startPlatform } from "@mullion/local";
import { test as base, expect } from "@playwright/test";
import { type Fronts, frontsOf } from "./fronts.ts";
import type { Records } from "./records.ts";
import { recordsFixture } from "./records-fixture.ts";
import { createTap, type Tap } from "./tap.ts";
import { signIn, type Visitor } from "./visitor.ts";

export { expect };

/** Beside the ports of the browser tests and of a developer's own platform. */
const portBase = 14_000;
const [identityPort, gatewayPort] = [portBase + 1_000, portBase + 1_100];

/** Sessions of the tests end when nobody used them for this long: longer than any test pauses. */
export const idleSeconds = 90;

type Role = "admin" | "member" | "viewer";

interface WorkerFixtures {
  /** How many fronts share the work; set by the project. */
  readonly frontCount: 1 | 3;
  /** Between everybody and identity: it has the issuer's address. */
  readonly identityTap: Tap;
  /** Between the fronts and the gateway. */
  readonly gatewayTap: Tap;
  readonly platform: Platform;
  readonly fronts: Fronts;
  readonly records: Records;
  /** The demo account of a role. */
  readonly account: (role: Role) => DemoAccount;
  /** A member whose session is shared by the tests that only need one. They must leave it as it is. */
  readonly member: Visitor;
}

/** What identity answers to a refresh token. */
interface RefreshAnswer {
  readonly status: number;
  readonly error: string | undefined;
  readonly refreshToken: string;
}

interface TestFixtures {
  /** Lets every test begin with no password tried. */
  readonly noAttempts: undefined;
  /** Uses a refresh token at identity with the shell's own credentials, as a thief of both would. */
  readonly refreshAtIdentity: (refreshToken: string) => Promise<RefreshAnswer>;
  /** Signs in somebody of this role, in a browser of their own. */
  readonly signInAs: (role: Role) => Promise<Visitor>;
}

/** Test against the real fronts over HTTP: one or three of them, on one Redis, with the platform behind them. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  frontCount: [1, { option: true, scope: "worker" }],
  // Playwright reads the names of the fixtures out of the first parameter, which must be a pattern.
  identityTap: [
    async ({}, use) => {
      const tap = await createTap(`http://127.0.0.1:${String(identityPort)}`);
      await use(tap);
      await tap.close();
    },
    { scope: "worker" },
  ],
  gatewayTap: [
    async ({}, use) => {
      const tap = await createTap(`http://127.0.0.1:${String(gatewayPort)}`);
      await use(tap);
      await tap.close();
    },
    { scope: "worker" },
  ],
  platform: [
    async ({ frontCount, identityTap, gatewayTap }, use) => {
      const dataDir = path.resolve(import.meta.dirname, `../../.mullion/e2e-security-${String(frontCount)}`);
      await deletePlatformData(dataDir);
      const platform = await startPlatform({
        ...{ portBase, dataDir, build: false, shells: frontCount, issuer: identityTap.url },
        overrides: {
          shell: { GATEWAY_URL: gatewayTap.url, SESSION_IDLE_SECONDS: String(idleSeconds) },
          // The tests are one person who asks a lot.
          gateway: { RATE_LIMIT_PER_SUBJECT: "1000000", RATE_LIMIT_PER_ADDRESS: "1000000" },
        },
      });
      await use(platform);
      await platform.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  fronts: [
    async ({ platform, frontCount }, use) => {
      await use(frontsOf(platform, frontCount));
    },
    { scope: "worker" },
  ],
  records: recordsFixture,
  account: [
    async ({ platform }, use) => {
      await use((role) => {
        const account = platform.accounts.find(({ roles }) => roles.includes(role));
        if (account === undefined) throw new Error(`no demo account has the role ${role}`);
        return account;
      });
    },
    { scope: "worker" },
  ],
  member: [
    async ({ fronts, account }, use) => {
      await use(await signIn(fronts, account("member")));
    },
    { scope: "worker" },
  ],
  noAttempts: [
    async ({ records }, use) => {
      await records.forgetSignInAttempts();
      await use(undefined);
    },
    { auto: true },
  ],
  refreshAtIdentity: async ({ fronts, platform }, use) => {
    // Past the tap: these are not the front's.
    const url = `http://127.0.0.1:${String(platform.ports.identity)}/token`;
    const credentials = Buffer.from(`mullion-shell:${platform.secrets.shellClient}`).toString("base64");
    await use(async (refreshToken) => {
      const response = await fronts.newAgent().fetch(url, {
        method: "POST",
        headers: { authorization: `Basic ${credentials}` },
        body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: refreshToken }),
      });
      const body = (await response.json()) as { error?: string; refresh_token?: string };
      return { status: response.status, error: body.error, refreshToken: body.refresh_token ?? "" };
    });
  },
  signInAs: async ({ fronts, account }, use) => {
    await use((role) => signIn(fronts, account(role)));
  },
});

/** Waits until a front that was killed, or whose store was, answers again. */
export async function untilReady(fronts: Fronts): Promise<void> {
  for (const front of fronts.names) {
    const status = async (): Promise<number> =>
      fronts.fetch("/readyz", { front }).then(
        (response) => response.status,
        () => 0,
      );
    await expect.poll(status, { timeout: 25_000 }).toBe(200);
  }
}

/** The stable code of a problem document. */
export async function codeOf(response: Response): Promise<string> {
  const problem = (await response.json()) as { code: string };
  return problem.code;
}
