import type { Page } from "@playwright/test";
import { evilScript, evilStyle, expectUnaltered, watchLog } from "../src/altered-code.ts";
import { billingFolder, buildRemote } from "../src/build-remote.ts";
import { expect, test } from "../src/fault-fixtures.ts";

const unavailable = "Billing is not available right now";
const text = "Bills go to admin@mullion.test.";

/** Codes of the failures that pages reported. */
function watchCodes(page: Page): string[] {
  const codes: string[] = [];
  page.on("request", (request) => {
    if (!request.url().endsWith("/api/telemetry")) return;
    const { signals } = request.postDataJSON() as { signals: { kind: string; code?: string }[] };
    codes.push(...signals.flatMap(({ code }) => code ?? []));
  });
  return codes;
}

test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ platform }) => {
  test.setTimeout(180_000);
  await buildRemote(billingFolder);
  await platform.deploy(billingFolder);
});

test.beforeEach(async ({ shell, account, artifactProxy }) => {
  // Where sign-in leads shows another remote: nothing of this one is in any cache.
  artifactProxy.mend("billing");
  await shell.signIn(account("admin"));
});

// First, since the front keeps what it has checked.
for (const [what, path] of [
  ["entry", /\/billing\/.*\/ssr\/remoteEntry\.js/],
  ["chunk", /\/billing\/.*\/ssr\/__federation_expose_app/],
] as const) {
  test(`SEC-52 an altered server ${what} is not evaluated: the page comes with the pane's fallback, which the browser replaces; an alert is recorded`, async ({
    page,
    platform,
    artifactProxy,
  }) => {
    const log = await watchLog(platform);
    const restore = artifactProxy.alter(path, (code) => `${evilScript}throw new Error("ALTERED");\n${code}`);
    try {
      const response = await page.goto("/billing");
      expect(response?.status()).toBe(200);
      const html = await response?.text();
      expect(html).not.toContain("Bills go to");
      expect(html).toContain('aria-busy="true"');
      await expect(page.getByText(text), "the browser's files are as published").toBeVisible();
      await expect.poll(log).toContain("artifact_tampered");
      expect(await log()).not.toContain("ALTERED");
    } finally {
      restore();
    }
  });
}

for (const [what, path, edit] of [
  ["entry", /\/billing\/.*\/chunks\/remoteEntry\.js/, (code: string) => `${evilScript}${code}`],
  [
    "exposed chunk",
    /\/billing\/.*\/chunks\/__federation_expose_app/,
    (code: string) => `${evilScript}${code}`,
  ],
  ["stylesheet", /\/billing\/.*\/css\/.*\.css/, (css: string) => `${css}${evilStyle}`],
] as const) {
  test(`SEC-52 an altered ${what} has no effect in the browser: page 200, the pane falls back, an alert is recorded, and it recovers`, async ({
    page,
    artifactProxy,
  }) => {
    const codes = watchCodes(page);
    const restore = artifactProxy.alter(path, edit);
    expect((await page.goto("/billing"))?.status()).toBe(200);
    await expect(page.getByText(unavailable)).toBeVisible();
    await expectUnaltered(page);
    await expect.poll(() => codes).toContain("integrity_mismatch");
    restore();
    await expect(page.getByText(text), "back without a reload").toBeVisible({ timeout: 30_000 });
    await expect(page.getByText(text)).toHaveCSS("letter-spacing", "3px");
  });
}

for (const [what, path, edit] of [
  [
    "later chunk",
    /\/billing\/.*\/chunks\/(?!remoteEntry|__federation|pages|main|webpack)[^/]*\.js/,
    (code: string) => `${evilScript}${code}`,
  ],
  [
    "list of hashes",
    /\/billing\/.*\/chunks\/integrity\.json/,
    (list: string) => list.replaceAll("sha384-", "sha256-"),
  ],
] as const) {
  test(`SEC-52 an altered ${what} has no effect in the browser: what needs it falls back, and recovers`, async ({
    page,
    artifactProxy,
  }) => {
    const codes = watchCodes(page);
    expect((await page.goto("/billing"))?.status()).toBe(200);
    const button = page.getByRole("button", { name: "Show invoices" });
    await expect(page.getByText(text)).toBeVisible();
    const restore = artifactProxy.alter(path, edit);
    await expect(async () => {
      if (await button.isVisible()) await button.click();
      await expect(page.getByText(unavailable)).toBeVisible({ timeout: 5_000 });
    }).toPass();
    await expectUnaltered(page);
    await expect.poll(() => codes).toContain("integrity_mismatch");
    restore();
    await expect(button, "the pane is back").toBeVisible({ timeout: 30_000 });
    await button.click();
    await expect(page.getByText("No invoices yet.")).toHaveCSS("letter-spacing", "5px");
  });
}
