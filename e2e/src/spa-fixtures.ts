import path from "node:path";
import { type DemoAccount, deletePlatformData, type Platform, startPlatform } from "@mullion/local";
import { test as base, type Page } from "@playwright/test";
import { build } from "vite";
import type { Records } from "./records.ts";
import { recordsFixture } from "./records-fixture.ts";
import { type StaticSite, serveSite } from "./static-site.ts";

export { expect } from "@playwright/test";

/** Beside the ports of the other tests and of a developer's own platform. */
const portBase = 16_000;
const [spaPort, strangerPort] = [portBase + 30, portBase + 31];
const spaOrigin = `http://localhost:${String(spaPort)}`;

/** People are asked after nine minutes in which nothing happened, and signed out after ten. */
const idle = { seconds: 600, promptSeconds: 60 };

interface WorkerFixtures {
  /** Identity, gateway and one service: no shell. */
  readonly platform: Platform;
  readonly records: Records;
  /** The application in e2e/fixtures/spa, built and served on an origin of its own. */
  readonly spa: StaticSite;
  /** Another origin on the same site. */
  readonly stranger: StaticSite;
  readonly member: DemoAccount;
}

interface TestFixtures {
  /** Somebody who has just signed in. */
  readonly signedIn: Page;
}

/** Gets through the sign-in form. */
export async function signIn(page: Page, { email, password }: DemoAccount): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Test with an application outside the shell. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  platform: [
    async ({}, use) => {
      const dataDir = path.resolve(import.meta.dirname, "../../.mullion/e2e-spa");
      await deletePlatformData(dataDir);
      const platform = await startPlatform({
        ...{ portBase, dataDir, build: false, apps: ["identity", "gateway", "service-profile"] },
        clients: [
          {
            clientId: "todo",
            tokenEndpointAuthMethod: "none",
            grantTypes: ["authorization_code", "refresh_token"],
            redirectUris: [`${spaOrigin}/`],
            origins: [spaOrigin],
            firstParty: true,
            firstPartyApi: true,
          },
        ],
        overrides: { gateway: { CORS_ORIGINS: spaOrigin } },
      });
      await use(platform);
      await platform.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  records: recordsFixture,
  spa: [
    async ({ platform }, use) => {
      const folder = path.resolve(import.meta.dirname, "../../.mullion/e2e-spa/site");
      const root = path.resolve(import.meta.dirname, "../fixtures/spa");
      await build({ root, logLevel: "error", build: { outDir: folder, emptyOutDir: true } });
      const [issuer, apiUrl] = [platform.url("identity"), platform.url("gateway")];
      const config = JSON.stringify({ issuer, apiUrl, clientId: "todo", idle });
      const site = await serveSite({
        ...{ port: spaPort, folder, extra: { "/config.json": config }, connectTo: [issuer, apiUrl] },
      });
      await use(site);
      await site.close();
    },
    { scope: "worker", timeout: 60_000 },
  ],
  stranger: [
    async ({ platform }, use) => {
      const site = await serveSite({
        port: strangerPort,
        folder: "",
        extra: { "/index.html": "<!doctype html><title>Elsewhere</title>" },
        connectTo: [platform.url("identity")],
      });
      await use(site);
      await site.close();
    },
    { scope: "worker" },
  ],
  member: [
    async ({ platform }, use) => {
      const account = platform.accounts.find(({ roles }) => roles.includes("member"));
      if (account === undefined) throw new Error("no demo account has the role member");
      await use(account);
    },
    { scope: "worker" },
  ],
  signedIn: async ({ page, spa, member, records }, use) => {
    await records.forgetSignInAttempts();
    await page.goto(spa.origin);
    await signIn(page, member);
    await page.getByRole("heading", { name: /^Hello, / }).waitFor();
    await use(page);
  },
});
