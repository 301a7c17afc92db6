import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Browser, Page } from "@playwright/test";
import { type ArtifactProxy, type Fault, faults } from "../src/artifact-proxy.ts";
import { expect, test } from "../src/fault-fixtures.ts";
import { remotes, ShellPage } from "../src/shell-page.ts";

/** What a page says to telemetry when a pane fails in this way. A slow network is no failure: the pane comes. */
const codes: Readonly<Record<Fault, string | null>> = {
  "404": "remote_unavailable",
  "500": "remote_unavailable",
  hang: "remote_timeout",
  "half a file": "remote_unavailable",
  "old version": "integrity_mismatch",
  "slow 3G": null,
  "wrong CORS": "remote_unavailable",
};
const report = path.resolve(import.meta.dirname, "../../.mullion/reports/fault-matrix.md");
const name = { Dashboard: "dashboard", Analytics: "analytics", Profile: "user", Admin: "admin" } as const;
type Remote = (typeof remotes)[number];
type State = Awaited<ReturnType<ReturnType<Page["context"]>["storageState"]>>;

interface Outcome {
  readonly status: number;
  readonly server: "drawn" | "left to the browser";
  readonly sentMs: number;
  readonly fallbackMs: number | null;
  readonly shownMs: number;
  readonly signals: readonly string[];
}

function watchSignals(page: Page): string[] {
  const signals: string[] = [];
  page.on("request", (request) => {
    if (!request.url().endsWith("/api/telemetry")) return;
    const { signals: sent } = request.postDataJSON() as { signals: { kind: string; code?: string }[] };
    signals.push(...sent.map(({ kind, code }) => code ?? kind));
  });
  return signals;
}

async function isShown(page: Page, label: string): Promise<void> {
  await expect(page.getByText(`${label} is not available right now`)).toHaveCount(0, { timeout: 45_000 });
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0, { timeout: 45_000 });
  await expect(new ShellPage(page).heading(label)).toBeVisible();
  await new ShellPage(page).hydrated();
}

/** One remote fails in one way while a visitor opens its page, and then no longer. */
async function play(
  page: Page,
  { label, path: url }: Remote,
  fault: Fault,
  proxy: ArtifactProxy,
): Promise<Outcome> {
  const signals = watchSignals(page);
  proxy.break(name[label], fault);
  const began = performance.now();
  const since = (): number => performance.now() - began;
  const response = await page.goto(url, { waitUntil: "commit" });
  const sentMs = since();
  const html = (await response?.text()) ?? "";
  const code = codes[fault];
  let fallbackMs: number | null = null;
  if (code !== null) {
    await expect(page.getByText(`${label} is not available right now`)).toBeVisible({ timeout: 45_000 });
    fallbackMs = since();
    await expect(new ShellPage(page).navigation).toBeVisible();
    await expect.poll(() => signals, { timeout: 30_000 }).toContain(code);
    proxy.mend(name[label]);
  }
  const mended = code === null ? began : performance.now();
  await isShown(page, label);
  const shownMs = performance.now() - mended;
  proxy.mend(name[label]);
  await expect.poll(() => signals, { timeout: 30_000 }).toContain("shown");
  return {
    ...{ status: response?.status() ?? 0, sentMs, fallbackMs, shownMs, signals },
    server: html.includes('aria-busy="true"') ? "left to the browser" : "drawn",
  };
}

function toTable(rows: readonly (Outcome & { remote: string; fault: Fault })[]): string {
  const seconds = (value: number | null): string => (value === null ? "none" : (value / 1_000).toFixed(1));
  const lines = rows.map((row) => {
    const told = [...new Set(row.signals)].filter((signal) => signal !== "vital").join(", ");
    const cells = [row.remote, row.fault, row.status, row.server, seconds(row.sentMs)];
    return `| ${[...cells, seconds(row.fallbackMs), seconds(row.shownMs), told].join(" | ")} |`;
  });
  return [
    "| remote | fault | page | by the server | page sent, s | fallback, s | shown (after mending), s | signals |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}

async function playAll(
  browser: Browser,
  baseURL: string | undefined,
  storageState: State,
  proxy: ArtifactProxy,
): Promise<(Outcome & { remote: string; fault: Fault })[]> {
  const rows = await Promise.all(
    remotes.map(async (remote) => {
      const outcomes = [];
      for (const fault of faults) {
        // A browser of its own: what an earlier case left in its cache would hide the fault.
        const context = await browser.newContext({
          storageState,
          ...(baseURL === undefined ? {} : { baseURL }),
        });
        const page = await context.newPage();
        const documents: string[] = [];
        page.on("request", (request) => {
          if (request.isNavigationRequest()) documents.push(request.url());
        });
        const outcome = await play(page, remote, fault, proxy);
        expect(documents, "recovered without a reload").toHaveLength(1);
        await context.close();
        outcomes.push({ remote: name[remote.label], fault, ...outcome });
      }
      return outcomes;
    }),
  );
  return rows.flat();
}

test("P12 every remote survives every fault of its host: page 200, fallback in its pane, recovery without a reload", async ({
  shell,
  page,
  account,
  browser,
  baseURL,
  artifactProxy,
}) => {
  test.setTimeout(420_000);
  // The first page after signing in: drawn once, the front would have its files, and the server would not meet the faults.
  artifactProxy.break("dashboard", "404");
  await shell.signIn(account("admin"));
  const rows = await playAll(browser, baseURL, await page.context().storageState(), artifactProxy);
  const table = toTable(rows);
  await mkdir(path.dirname(report), { recursive: true });
  await writeFile(report, `${table}\n`);
  process.stdout.write(`${table}\n`);
  expect(rows).toHaveLength(remotes.length * faults.length);
  for (const row of rows) expect(row.status, `${row.remote}, ${row.fault}`).toBe(200);
});
