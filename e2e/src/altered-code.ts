import { readFile } from "node:fs/promises";
import type { Platform } from "@mullion/local";
import { expect, type Page } from "@playwright/test";

/** What altered scripts would do: leave a mark on the page, or a line in the log of render. */
export const evilScript =
  'typeof window === "undefined" ? console.error("ALTERED") : (window.__ALTERED__ = true);\n';
/** What altered stylesheets would do. */
export const evilStyle = "\nbody { outline: 7px solid red }";

/** Whether a script of these was evaluated in the page. */
export const isAltered = (page: Page): Promise<boolean> => page.evaluate(() => "__ALTERED__" in globalThis);

/** Nothing of them has had any effect in the page. */
export async function expectUnaltered(page: Page): Promise<void> {
  expect(await isAltered(page)).toBe(false);
  await expect(page.locator("body")).toHaveCSS("outline-style", "none");
}

/** What the front's log, which has render's output too, holds from now on. */
export async function watchLog(platform: Platform): Promise<() => Promise<string>> {
  const read = async (): Promise<string> => readFile(platform.logFile("shell"), "utf8");
  const { length } = await read();
  return async () => (await read()).slice(length);
}
