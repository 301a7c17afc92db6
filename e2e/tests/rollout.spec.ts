import type { BrowserContext, Page } from "@playwright/test";
import { expect, sessionCookie, sessionIdOf, test } from "../src/fixtures.ts";
import { type LoadedPage, startPageLoad } from "../src/page-load.ts";
import { publishVariant } from "../src/publish-variant.ts";
import { ShellPage } from "../src/shell-page.ts";

test.use({ shells: 2 });

/** A call of the API as a page of the shell makes it. */
async function callApi(page: Page, method: string, target: string, json?: unknown): Promise<unknown> {
  const answer = await page.evaluate(
    async ([verb, url, body]) => {
      const response = await fetch(`/api/bff${url}`, {
        method: verb,
        headers: {
          "x-mullion-csrf": "1",
          ...(body === null ? {} : { "content-type": "application/json" }),
        },
        ...(body === null ? {} : { body }),
      });
      return { status: response.status, text: await response.text() };
    },
    [method, target, json === undefined ? null : JSON.stringify(json)] as const,
  );
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.text === "" ? null : JSON.parse(answer.text);
}

const rollouts = "/registry/rollouts/production";

/** Version of a remote that this page load composed. */
async function composedVersion(page: Page, remote: string): Promise<string> {
  const text = await page.locator("#__NEXT_DATA__").textContent();
  return new RegExp(`${remote}@([^",]+)`).exec(text ?? "")?.[1] ?? "";
}

/** Versions of a remote whose files the browser has asked for so far. */
function watchVersions(context: BrowserContext, remote: string): Set<string> {
  const seen = new Set<string>();
  context.on("request", (request) => {
    const version = new RegExp(`/artifacts/${remote}/([^/]+)/`).exec(request.url())?.[1];
    if (version !== undefined) seen.add(version);
  });
  return seen;
}

test("P4 a visit keeps its versions across a promotion, on another front too; a reload sees the new one", async ({
  shell,
  page,
  context,
  account,
  platform,
  traffic,
}) => {
  await shell.signIn(account("member"), "/user");
  await expect(shell.heading("Profile")).toBeVisible();
  const before = await composedVersion(page, "analytics");
  const seen = watchVersions(context, "analytics");
  const after = await publishVariant(platform, { remote: "analytics", promote: true });
  expect(after).not.toBe(before);
  // The next page of this visit comes from a front that is not the one which composed it.
  const cookie = `${sessionCookie}=${await sessionIdOf(context)}`;
  await page.route(/\/_next\/data\//, async (route) => {
    const url = new URL(route.request().url());
    url.port = String(platform.ports["shell-2"]);
    const headers = { ...route.request().headers(), host: new URL(platform.shellUrl).host, cookie };
    const answer = await fetch(url, { headers });
    await route.fulfill({
      status: answer.status,
      contentType: "application/json",
      body: await answer.text(),
    });
  });
  await shell.open("Analytics");
  expect([...seen]).toEqual([before]);
  await page.unrouteAll();
  await page.reload();
  await expect(shell.heading("Analytics")).toBeVisible();
  await expect.poll(() => [...seen]).toEqual([before, after]);
  expect(traffic.complaints).toEqual([]);
});

test("P10 SEC-55 a link shows one build to the person it was issued for, with a banner, until they leave or it is revoked", async ({
  shell,
  page,
  context,
  account,
  platform,
  browser,
  traffic,
}) => {
  await shell.signIn(account("admin"), "/user");
  const live = await composedVersion(page, "analytics");
  const tested = await publishVariant(platform, { remote: "analytics", promote: false });
  const target = { kind: "version", remote: "analytics", version: tested };
  const issue = async (): Promise<{ id: string; token: string }> =>
    (await callApi(page, "POST", "/registry/overrides", { channel: "production", target })) as {
      id: string;
      token: string;
    };
  const first = await issue();
  const seen = watchVersions(context, "analytics");
  await page.goto(`/override?token=${first.token}`);
  await expect(shell.heading("Analytics")).toBeVisible();
  const banner = page.getByText(tested);
  await expect(banner.first()).toBeVisible();
  expect([...seen]).toEqual([tested]);
  await shell.open("Profile");
  await expect(banner.first(), "on every page").toBeVisible();
  const cookies = await context.cookies();
  expect(cookies.find(({ name }) => name === "__Host-mullion.override")).toMatchObject({
    ...{ httpOnly: true, secure: true, path: "/" },
  });

  const stranger = await browser.newContext({ baseURL: platform.shellUrl });
  const strangersShell = new ShellPage(await stranger.newPage());
  const strangersVersions = watchVersions(stranger, "analytics");
  await strangersShell.signIn(account("member"), "/user");
  await strangersShell.page.goto(`/override?token=${first.token}`);
  await expect(strangersShell.heading("This link shows you nothing")).toBeVisible();
  await strangersShell.page.goto("/analytics");
  await expect(strangersShell.heading("Analytics")).toBeVisible();
  await expect.poll(() => [...strangersVersions]).toEqual([live]);
  await stranger.close();

  await page.getByRole("button", { name: /^Leave/ }).click();
  await expect(banner).toHaveCount(0);
  expect(await composedVersion(page, "analytics")).toBe(live);

  const second = await issue();
  await page.goto(`/override?token=${second.token}`);
  await expect(banner.first()).toBeVisible();
  await callApi(page, "DELETE", `/registry/overrides/${second.id}`);
  const shown = async (): Promise<string> => {
    await page.goto("/analytics");
    return composedVersion(page, "analytics");
  };
  await expect.poll(shown, { timeout: 8_000 }).toBe(live);
  expect(traffic.complaints).toEqual([]);
});

/** When the last page that still showed `old` was asked for, in milliseconds after `since`; 0 for none after it. */
function lastSeen(pages: readonly LoadedPage[], old: string, since: number): number {
  return Math.max(0, ...pages.filter(({ version }) => version === old).map(({ askedAt }) => askedAt - since));
}

/** How long a version that was replaced was still seen by new visits, since the order was sent and since it was answered. */
interface Switch {
  readonly sinceSentMs: number;
  readonly sinceDoneMs: number;
}

const inWords = ({ sinceSentMs, sinceDoneMs }: Switch): string =>
  `${sinceDoneMs.toFixed(0)} ms after the answer (${sinceSentMs.toFixed(0)} ms after it was sent)`;

test("P1 P2 a version is deployed and rolled back under 100 pages a second on two fronts: no request fails, no page complains, new visits see it within a second", async ({
  shell,
  page,
  context,
  account,
  platform,
  traffic,
}, { annotations }) => {
  test.setTimeout(120_000);
  await shell.signIn(account("admin"), "/user");
  const old = await composedVersion(page, "user");
  const next = await publishVariant(platform, { remote: "user", promote: false });
  const load = startPageLoad({
    fronts: (["shell", "shell-2"] as const).map((name) => `http://127.0.0.1:${String(platform.ports[name])}`),
    host: new URL(platform.shellUrl).host,
    path: "/user",
    cookies: [`${sessionCookie}=${await sessionIdOf(context)}`],
    perSecond: 100,
    // Drawn by the server: the remote's own heading is in the page.
    versionIn: (html) =>
      /<h1[^>]*>Profile<\/h1>/.test(html) && html.includes('"available":true')
        ? (/user@([^",]+)/.exec(html)?.[1] ?? null)
        : null,
  });
  const count = (version: string): number => load.pages.filter((loaded) => loaded.version === version).length;
  // The browser opens the page again and again meanwhile, and hydrates it each time.
  const browsing = new AbortController();
  const browse = async (): Promise<void> => {
    while (!browsing.signal.aborted) {
      await page.goto("/user");
      await shell.hydrated();
    }
  };
  const operator = await context.newPage();
  await operator.goto("/dashboard");
  const browsed = browse();
  const change = async (move: () => Promise<unknown>, from: string, to: string): Promise<Switch> => {
    const seen = count(to);
    const sentAt = performance.now();
    await move();
    const answeredAt = performance.now();
    await expect.poll(() => count(to), { timeout: 20_000 }).toBeGreaterThan(seen + 300);
    return {
      sinceSentMs: lastSeen(load.pages, from, sentAt),
      sinceDoneMs: lastSeen(load.pages, from, answeredAt),
    };
  };
  const switches = async (): Promise<readonly [Switch, Switch]> => {
    await expect.poll(() => count(old), { timeout: 20_000 }).toBeGreaterThan(300);
    const deploy = async (): Promise<unknown> =>
      callApi(operator, "PUT", `${rollouts}/user/stable`, { version: next });
    const rollBack = async (): Promise<unknown> =>
      callApi(operator, "POST", `${rollouts}/user/rollback`, { from: next });
    return [await change(deploy, old, next), await change(rollBack, next, old)];
  };
  // Whatever fails: load that goes on would meet a platform that stops.
  const [deployed, rolledBack] = await switches().finally(async () => {
    browsing.abort();
    await browsed;
    await load.stop();
  });

  const failed = load.pages.filter(({ status, version }) => status !== 200 || version === null);
  const times = load.pages.map(({ askedAt, answeredAt }) => answeredAt - askedAt).toSorted((a, b) => a - b);
  const description = [
    `${String(load.pages.length)} pages, ${String(failed.length)} failed`,
    `p99 ${(times[Math.floor(times.length * 0.99)] ?? 0).toFixed(0)} ms`,
    `old version last seen by a new visit: deploy ${inWords(deployed)}, rollback ${inWords(rolledBack)}`,
    `${String(traffic.complaints.length)} complaints of ${String(traffic.documents.length)} pages in a browser`,
  ].join("; ");
  annotations.push({ type: "figures", description });
  console.info(description);
  expect(failed).toEqual([]);
  expect(traffic.complaints).toEqual([]);
  expect(deployed.sinceDoneMs).toBeLessThan(1_000);
  expect(rolledBack.sinceDoneMs).toBeLessThan(1_000);
});
