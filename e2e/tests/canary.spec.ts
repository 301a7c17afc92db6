import { csrfHeader, type RolloutList, rolloutListSchema } from "@mullion/contracts";
import type { Platform } from "@mullion/local";
import type { Browser, Page } from "@playwright/test";
import { expect, test } from "../src/fixtures.ts";
import { publishVariant } from "../src/publish-variant.ts";
import { ShellPage } from "../src/shell-page.ts";

/** Throws in every fifth render: on the server each time anew, in a browser once for the whole visit of a page. */
const brokenTitle =
  '((typeof window==="undefined"?Math.random():globalThis.__luck??=Math.random())<0.2?(()=>{throw Error("broken on purpose")})():"Profile")';

/** Publishes a version of the user remote whose page throws for 20 % of its renders. Nobody gets it yet. */
async function publishBroken(platform: Platform): Promise<string> {
  let edited = 0;
  const edit = (_file: string, text: string): string => {
    if (!text.includes('title:"Profile"')) return text;
    edited += 1;
    return text.replace('title:"Profile"', `title:${brokenTitle}`);
  };
  const version = await publishVariant(platform, { remote: "user", edit });
  expect(edited, "the browser's and the server's page are edited").toBe(2);
  return version;
}

async function readRollout(page: Page): Promise<RolloutList["rollouts"][number]> {
  const response = await page.request.get("/api/bff/registry/rollouts", { headers: { [csrfHeader]: "1" } });
  const rollout = rolloutListSchema
    .parse(await response.json())
    .rollouts.find(({ remote }) => remote === "user");
  if (rollout === undefined) throw new Error("user is not live");
  return rollout;
}

/** One browser per role, signed in: what one session may report in a minute is limited. */
async function signInAll(browser: Browser, platform: Platform): Promise<Page[]> {
  return Promise.all(
    platform.accounts.map(async (account) => {
      const context = await browser.newContext({ baseURL: platform.shellUrl });
      const page = await context.newPage();
      await new ShellPage(page).signIn(account);
      return page;
    }),
  );
}

/** Opens the page of the user remote anew so many times, in all browsers at once, until `isOver`. */
async function visit(pages: readonly Page[], times: number, isOver = (): boolean => false): Promise<void> {
  let left = times;
  const visits = pages.map(async (page) => {
    while (left > 0 && !isOver()) {
      left -= 1;
      const reported = page.waitForRequest(/\/api\/telemetry$/, { timeout: 30_000 });
      const response = await page.goto("/user");
      expect(response?.status(), "a broken pane never costs the page").toBe(200);
      await reported;
    }
  });
  await Promise.all(visits);
}

test("P7 a canary that throws for 20 % of its renders is aborted by itself, with the reason; everybody is back on the stable version", async ({
  shell,
  page,
  browser,
  account,
  platform,
}) => {
  test.setTimeout(420_000);
  const version = await publishBroken(platform);
  await shell.signIn(account("admin"));
  const visitors = await signInAll(browser, platform);
  // Enough of the stable version to tell a fifth from nothing.
  await visit(visitors, 140);
  const { stable } = await readRollout(page);

  const canary = {
    version,
    percent: 100,
    guard: { minimumLoads: 30, errorRatePoints: 5, slowerPercent: 1_000 },
  };
  const started = await page.request.put("/api/bff/registry/rollouts/production/user/canary", {
    headers: { [csrfHeader]: "1", origin: platform.shellUrl },
    data: canary,
  });
  expect(started.status()).toBe(200);
  const beganAt = performance.now();
  let over = false;
  const visits = visit(visitors, 400, () => over);
  await expect
    .poll(async () => (await readRollout(page)).canary, { timeout: 200_000, intervals: [500] })
    .toBeNull()
    .finally(() => {
      over = true;
    });
  const seconds = (performance.now() - beganAt) / 1000;
  await visits;
  await Promise.all(visitors.map((visitor) => visitor.context().close()));

  const after = await readRollout(page);
  expect(after.stable.version).toBe(stable.version);
  expect(after.events[0]).toMatchObject({ kind: "canary-aborted", version, actor: "guard" });
  expect(after.events[0]?.reason).toMatch(
    /^(?:Failed|Threw) \d+ of \d+ times \(\d+\.\d %\), the stable version/,
  );
  test.info().annotations.push({
    type: "aborted",
    description: `after ${seconds.toFixed(1)} s: ${after.events[0]?.reason ?? ""}`,
  });
  for (let again = 0; again < 10; again += 1) {
    await page.goto("/user");
    await expect(shell.heading("Profile")).toBeVisible();
  }
});
