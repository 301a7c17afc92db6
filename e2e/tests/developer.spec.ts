import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { Page } from "@playwright/test";
import { developersEnvironment } from "../src/env.ts";
import { expect, test } from "../src/fixtures.ts";
import { type CliRun, developersCli, repositoryRoot } from "../src/mullion-cli.ts";

const remoteFolder = (name: string): string => path.join(repositoryRoot, "apps", `remote-${name}`);
const appFile = path.join(remoteFolder("billing"), "src/app.tsx");
const run = promisify(execFile);

async function inRepository(command: string, ...args: string[]): Promise<void> {
  const env = { ...developersEnvironment(), CI: "true" };
  await run(command, args, { cwd: repositoryRoot, env, maxBuffer: 16 * 1024 * 1024 });
}

/** Takes what was created out of the workspace again, and out of its lock file: nobody else's platform may meet it. */
async function removeRemotes(): Promise<void> {
  const removed = await Promise.allSettled(
    ["billing", "ledger"].map((name) =>
      // A development server that is ending may still write.
      rm(remoteFolder(name), { recursive: true, force: true, maxRetries: 10 }),
    ),
  );
  expect(removed.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
  await inRepository("pnpm", "install", "--prefer-offline", "--no-frozen-lockfile");
}

async function signIn(cli: (...args: string[]) => CliRun, page: Page): Promise<void> {
  const login = cli("login");
  const [, url = ""] = await login.printed(/or open (\S+)/);
  await page.goto(url);
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("heading", { name: "Device connected" })).toBeVisible();
  const { code, stdout } = await login.ended;
  expect(code).toBe(0);
  expect(stdout).toContain("(developer)");
}

/** Milliseconds from a change of the page's source until it is seen. */
async function timeToSee(page: Page, source: string, title: string): Promise<number> {
  const startedAt = performance.now();
  await writeFile(appFile, source.replace('title="Billing"', `title="${title}"`));
  await expect(page.getByRole("heading", { level: 1, name: title, exact: true })).toBeVisible();
  return performance.now() - startedAt;
}

test.describe("developing a remote", () => {
  // Where the CLI keeps who is signed in.
  let config: string;
  test.beforeEach(async () => {
    config = await mkdtemp(path.join(tmpdir(), "mullion-config-"));
    // Of a run that was killed.
    if (existsSync(remoteFolder("billing")) || existsSync(remoteFolder("ledger"))) await removeRemotes();
  });
  test.afterEach(async () => {
    await rm(config, { recursive: true, force: true });
    await removeRemotes();
  });

  test("P11 P16 create and dev show a new remote in the deployed shell within a minute, and edits within two seconds", async ({
    shell,
    page,
    context,
    account,
    platform,
  }) => {
    test.setTimeout(240_000);
    const cli = developersCli(platform, config);
    await shell.signIn(account("developer"));
    await signIn(cli, await context.newPage());

    const startedAt = performance.now();
    expect(await cli("create", "remote", "billing").ended).toMatchObject({ code: 0 });
    const dev = cli("dev", "billing", "--json");
    try {
      const [json] = await dev.printed(/^\{.*\}$/m);
      const { link, url } = JSON.parse(json) as { link: string; url: string };
      await page.goto(link);
      await expect(shell.heading("Billing")).toBeVisible();
      const visibleMs = performance.now() - startedAt;
      await expect(page.getByText(`Signed in as ${account("developer").email}.`)).toBeVisible();
      await expect(page.getByText(/Only you see this/)).toBeVisible();

      await page.evaluate(() => {
        document.body.dataset["kept"] = "yes";
      });
      const source = await readFile(appFile, "utf8");
      const editsMs: number[] = [];
      for (const title of ["Bills", "Invoices", "Accounts", "Billing"]) {
        editsMs.push(await timeToSee(page, source, title));
      }
      const figures = editsMs.map((ms) => `${(ms / 1_000).toFixed(2)} s`).join(", ");
      console.log(
        `create and dev: visible after ${(visibleMs / 1_000).toFixed(1)} s; edits after ${figures}`,
      );
      await expect(page.locator("body[data-kept=yes]"), "the page was not loaded again").toHaveCount(1);

      await writeFile(appFile, source.replace("<Page>", "<Page"));
      await expect(
        page.getByText(/Expected|Unexpected|Syntax/).first(),
        "what is wrong is shown",
      ).toBeVisible();
      await timeToSee(page, source, "Billing");

      const alone = await context.newPage();
      await alone.goto(url);
      await expect(alone.getByRole("heading", { level: 1, name: "Billing" })).toBeVisible();
      await expect(alone.getByText(`Signed in as ${account("developer").email}.`)).toBeVisible();

      expect(visibleMs).toBeLessThan(60_000);
      expect(Math.max(...editsMs)).toBeLessThan(2_000);
    } finally {
      dev.interrupt();
      await dev.ended;
    }
    expect(await dev.ended).toMatchObject({ code: 0 });
    await expect
      .poll(async () => (await page.goto("/billing"))?.status(), { message: "the override has ended" })
      .toBe(404);
    expect(await cli("logout").ended).toMatchObject({ code: 0 });
  });

  test("P16 a remote fresh from the template passes its checks, is built, published and live", async ({
    shell,
    page,
    account,
    platform,
  }) => {
    test.setTimeout(240_000);
    const cli = developersCli(platform, config);
    expect(await cli("create", "remote", "ledger").ended).toMatchObject({ code: 0 });
    await inRepository("pnpm", "--filter", "@mullion/remote-ledger", "typecheck");
    await inRepository("pnpm", "--filter", "@mullion/remote-ledger", "lint");
    await inRepository("pnpm", "--filter", "@mullion/remote-ledger", "test");
    await inRepository("pnpm", "--filter", "@mullion/remote-ledger", "build");
    await platform.deploy(remoteFolder("ledger"));
    await shell.signIn(account("member"));
    await page.goto("/ledger");
    await expect(shell.heading("Ledger")).toBeVisible();
    await expect(page.getByText(`Signed in as ${account("member").email}.`)).toBeVisible();
  });
});
