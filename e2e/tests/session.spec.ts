import type { Browser, Page } from "@playwright/test";
import { expect, test } from "../src/fixtures.ts";
import { ShellPage } from "../src/shell-page.ts";

const idleSeconds = 35;
test.use({ idleSeconds });

/** Another browser: nothing is shared with the first, least of all the cookie. */
async function otherBrowser(browser: Browser, baseURL: string | undefined): Promise<ShellPage> {
  const context = await browser.newContext(baseURL === undefined ? {} : { baseURL });
  return new ShellPage(await context.newPage());
}

function question(page: Page): ReturnType<Page["getByRole"]> {
  return page.getByRole("alertdialog", { name: "Stay signed in?" });
}

async function idleExpiresAt(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const response = await fetch("/api/session", { headers: { "x-mullion-background": "1" } });
    const { session } = (await response.json()) as { session: { idleExpiresAt: string } };
    return Date.parse(session.idleExpiresAt);
  });
}

test("S0.3 S2.5 signing out in one tab empties the others within a second; signing in brings them back", async ({
  shell,
  context,
  account,
}) => {
  await shell.signIn(account("member"), "/dashboard");
  const other = await context.newPage();
  await other.goto("/user");
  await expect(other.getByLabel("Display name")).toBeVisible();

  // As the other tab saw it, by the clock that both tabs share.
  await other.evaluate(() => {
    const seen = new MutationObserver(() => {
      if (document.body.textContent.includes("You are signed out")) {
        document.documentElement.dataset["signedOutAt"] = String(Date.now());
        seen.disconnect();
      }
    });
    seen.observe(document.body, { childList: true, subtree: true });
  });
  const answered = shell.page.waitForResponse((response) => response.url().endsWith("/api/auth/signout"));
  await shell.page.getByRole("button", { name: "Sign out" }).click();
  await answered;
  const signedOutAt = Date.now();
  await expect(other.getByRole("heading", { name: "You are signed out" })).toBeVisible();
  const seenAt = Number(await other.locator("html").getAttribute("data-signed-out-at"));
  expect(seenAt - signedOutAt).toBeLessThan(1_000);
  await expect(other.getByLabel("Display name")).toHaveCount(0);

  await expect(shell.page.getByRole("link", { name: "Sign in" })).toBeVisible();
  await shell.signIn(account("member"));
  await expect(other.getByLabel("Display name"), "back where it was").toBeVisible();
});

test("S2.5 somebody who does nothing is asked, stays by a click, and is signed out when they do not answer", async ({
  shell,
  page,
  account,
}) => {
  test.setTimeout(120_000);
  await shell.signIn(account("member"), "/user");
  await expect(question(page)).toBeVisible({ timeout: idleSeconds * 1_000 });
  const before = await idleExpiresAt(page);
  await page.getByRole("button", { name: "Stay signed in" }).click();
  await expect(question(page)).toHaveCount(0);
  expect(await idleExpiresAt(page)).toBeGreaterThan(before);

  await expect(question(page)).toBeVisible({ timeout: idleSeconds * 1_000 });
  await expect(page.getByLabel("Password"), "identity asks again, though it remembers").toBeVisible();
  await page.getByLabel("Email").fill(account("member").email);
  await page.getByLabel("Password").fill(account("member").password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(shell.heading("Profile")).toBeVisible();
});

test("S2.5 somebody who types and asks nothing of the server stays signed in", async ({
  shell,
  page,
  account,
}) => {
  test.setTimeout(120_000);
  await shell.signIn(account("member"), "/user");
  const start = await idleExpiresAt(page);
  await page.getByLabel("Display name").pressSequentially("A name that takes a long time to think of", {
    delay: 1_000,
  });
  await expect(question(page)).toHaveCount(0);
  expect(await idleExpiresAt(page)).toBeGreaterThan(start + 10_000);
});

test("S2.5 a device is listed and signed out from another, and its page goes to sign-in", async ({
  shell,
  page,
  browser,
  baseURL,
  account,
}) => {
  const other = await otherBrowser(browser, baseURL);
  await other.signIn(account("viewer"), "/dashboard");
  await expect(other.page.getByText("Live", { exact: true })).toBeVisible();
  await shell.signIn(account("viewer"), "/user");
  const devices = page.getByRole("region", { name: "Devices" });
  await expect(devices.getByRole("listitem")).toHaveCount(2);
  await expect(devices.getByRole("listitem").first()).toContainText("This device");
  await shell.hydrated();

  await devices
    .getByRole("listitem")
    .nth(1)
    .getByRole("button", { name: /^Sign out/u })
    .click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await expect(devices.getByRole("listitem")).toHaveCount(1);
  await expect(other.page.getByLabel("Password")).toBeVisible();
  await page.reload();
  await expect(devices.getByRole("listitem"), "this one goes on").toHaveCount(1);
  await other.page.context().close();
});

test("S2.5 an administrator ends all sessions of a member, and the member's page goes to sign-in", async ({
  shell,
  page,
  browser,
  baseURL,
  account,
}) => {
  const member = await otherBrowser(browser, baseURL);
  await member.signIn(account("member"), "/dashboard");
  await expect(member.page.getByText("Live", { exact: true })).toBeVisible();
  await shell.signIn(account("admin"), "/admin");
  await shell.hydrated();
  await page.getByRole("button", { name: `Sign out everywhere: ${account("member").name}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(page.getByText(/^\d+ sessions? ended$/u)).toBeVisible();
  await expect(member.page.getByLabel("Password")).toBeVisible();
  await member.page.context().close();
});

test("a session that is gone: one click leads to sign-in, and sign-in back to the same page", async ({
  shell,
  page,
  context,
  account,
}) => {
  await shell.signIn(account("member"), "/user");
  await context.clearCookies();
  await page.getByRole("button", { name: "Save preferences" }).click();
  await page.getByLabel("Email").fill(account("member").email);
  await page.getByLabel("Password").fill(account("member").password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(shell.heading("Profile")).toBeVisible();
});

test("the dashboard shows a service go down and come back without asking for it", async ({
  shell,
  page,
  account,
  platform,
}) => {
  await shell.signIn(account("member"), "/dashboard");
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/bff/insights/health")) asked.push(request.url());
  });
  const tile = page.getByRole("article", { name: "Service Service-profile" });
  await platform.process("service-profile").stop();
  await expect(tile.getByText("Down")).toBeVisible({ timeout: 20_000 });
  await platform.process("service-profile").start();
  await expect(tile.getByText("Up")).toBeVisible({ timeout: 20_000 });
  expect(asked).toEqual([]);
});

test("the feed shows a sign-in as it happens", async ({ shell, page, browser, baseURL, account }) => {
  await shell.signIn(account("member"), "/analytics");
  const feed = page.getByRole("region", { name: "Right now" });
  await expect(feed.getByText("Live", { exact: true })).toBeVisible();
  const other = await otherBrowser(browser, baseURL);
  await other.signIn(account("viewer"));
  await expect(feed.getByText("Somebody signed in")).toBeVisible({ timeout: 20_000 });
  await other.page.context().close();
});
