import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { ensureChromium } from "@mullion/local";
import { type Browser, type BrowserContext, type CDPSession, chromium, type Page } from "playwright";
import { edgePort, monolithOrigin, portBase, shellOrigin } from "./addresses.ts";
import { paths } from "./page-props.ts";

/** Which of the two applications. */
export type Side = "federated" | "monolith";

/** Bytes of JavaScript that one page brought: on the wire, and each file compressed alike. */
export interface PageBytes {
  readonly transferred: number;
  readonly gzip: number;
  readonly files: readonly { readonly url: string; readonly gzip: number }[];
}

const originOf: Readonly<Record<Side, string>> = { federated: shellOrigin, monolith: monolithOrigin };
const quietMs = 1_500;

// A slow phone on a slow 4G network, as Lighthouse has it.
const network = { offline: false, latency: 150, downloadThroughput: 204_800, uploadThroughput: 96_000 };
const cpuRate = 4;

/** Starts Chromium, which reaches the shell's address by way of the edge. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = await ensureChromium({
    logFile: "/dev/null",
    signal: new AbortController().signal,
  });
  const rule = `MAP localhost:${portBase} 127.0.0.1:${edgePort}`;
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-background-networking", `--host-resolver-rules=${rule}`],
  });
}

async function openContext(
  browser: Browser,
  side: Side,
  cookie: { name: string; value: string },
): Promise<{ context: BrowserContext; page: Page; cdp: CDPSession }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.addCookies([{ ...cookie, url: originOf[side].replace("http:", "https:") }]);
  const page = await context.newPage();
  // Next fetches the code of links in view ahead of time; with it a page's bytes would be counted on the page before.
  await page.addInitScript(() => {
    Object.defineProperty(navigator, "connection", { value: { saveData: true, effectiveType: "4g" } });
  });
  return { context, page, cdp: await context.newCDPSession(page) };
}

/** Counts scripts while `act` runs and until none has come for a while. */
async function countScripts(page: Page, cdp: CDPSession, act: () => Promise<unknown>): Promise<PageBytes> {
  const scripts = new Map<string, string>();
  const finished: { id: string; url: string; transferred: number }[] = [];
  let lastAt = performance.now();
  const onResponse = ({
    requestId,
    response,
  }: {
    requestId: string;
    response: { url: string; mimeType: string };
  }) => {
    if (response.mimeType.includes("javascript")) scripts.set(requestId, response.url);
    lastAt = performance.now();
  };
  const onFinished = ({ requestId, encodedDataLength }: { requestId: string; encodedDataLength: number }) => {
    const url = scripts.get(requestId);
    if (url !== undefined) finished.push({ id: requestId, url, transferred: encodedDataLength });
    lastAt = performance.now();
  };
  cdp.on("Network.responseReceived", onResponse);
  cdp.on("Network.loadingFinished", onFinished);
  await act();
  while (performance.now() - lastAt < quietMs) await delay(100);
  cdp.off("Network.responseReceived", onResponse);
  cdp.off("Network.loadingFinished", onFinished);
  const files = [];
  for (const { url } of finished) {
    const body = Buffer.from(
      await (await fetch(url.replace(shellOrigin, `http://localhost:${portBase}`))).arrayBuffer(),
    );
    files.push({ url, gzip: gzipSync(body, { level: 9 }).length });
  }
  return {
    transferred: finished.reduce((sum, { transferred }) => sum + transferred, 0),
    gzip: files.reduce((sum, { gzip }) => sum + gzip, 0),
    files,
  };
}

/** A pane that fell back has fewer bytes, and counts for nothing. */
async function assertShown(page: Page): Promise<void> {
  const main = await page.innerText("main");
  if (main.includes("not available right now")) throw new Error(`${page.url()} did not show its pane`);
}

/** Opens the first page and then each of the others by its link, as a person does. */
export async function measureBytes(
  browser: Browser,
  side: Side,
  cookie: { name: string; value: string },
): Promise<PageBytes[]> {
  const { context, page, cdp } = await openContext(browser, side, cookie);
  await cdp.send("Network.enable");
  const [first, ...others] = paths;
  const results = [await countScripts(page, cdp, () => page.goto(originOf[side] + first))];
  await assertShown(page);
  for (const path of others) {
    const open = async (): Promise<void> => {
      await page.click(`nav a[href="${path}"]`);
      await page.waitForURL(originOf[side] + path);
      await page.waitForSelector("h1");
    };
    results.push(await countScripts(page, cdp, open));
    await assertShown(page);
  }
  await context.close();
  return results;
}

/** Largest Contentful Paint of the first page, in milliseconds, on a slow device with an empty cache. */
export async function measureLcp(
  browser: Browser,
  side: Side,
  cookie: { name: string; value: string },
): Promise<number> {
  const { context, page, cdp } = await openContext(browser, side, cookie);
  await cdp.send("Network.enable");
  await cdp.send("Network.emulateNetworkConditions", network);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: cpuRate });
  await page.goto(originOf[side] + paths[0], { waitUntil: "load" });
  const lcp = await page.evaluate(
    (settleMs) =>
      new Promise<number>((resolve) => {
        let last = 0;
        const observer = new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) last = entry.startTime;
        });
        // Node's types, which this file is checked with, know no paints.
        const options: object = { type: "largest-contentful-paint", buffered: true };
        observer.observe(options);
        setTimeout(() => {
          resolve(last);
        }, settleMs);
      }),
    quietMs,
  );
  await context.close();
  if (lcp === 0) throw new Error(`${side} painted nothing`);
  return lcp;
}
