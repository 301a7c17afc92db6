import { defineConfig, type PlaywrightTestConfig } from "@playwright/test";
import { readSettings } from "./src/env.ts";

const { chromium, ci } = readSettings();

const inBrowser: PlaywrightTestConfig["use"] = {
  viewport: { width: 1280, height: 800 },
  locale: "en-GB",
  screenshot: "only-on-failure",
  launchOptions: {
    // Not there (a run by hand): Debian's, which is where `npm test` would have put it.
    executablePath: chromium,
    args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
  },
};

export default defineConfig<object, { frontCount: 1 | 3 }>({
  // One platform at a time, and tests that stop parts of it: one after the other.
  workers: 1,
  fullyParallel: false,
  forbidOnly: ci,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"], ["json"]],
  outputDir: "../.mullion/reports/playwright",
  projects: [
    { name: "browser", testDir: "tests", use: inBrowser },
    // An application outside the shell, on another origin, with identity and the API only.
    { name: "spa", testDir: "spa", use: inBrowser },
    // The same attacks on one front and on three that share a Redis; over HTTP, without a browser.
    { name: "security-1", testDir: "security", use: { frontCount: 1 } },
    { name: "security-3", testDir: "security", use: { frontCount: 3 } },
    // Sign-in by username and password at a real Django.
    { name: "django", testDir: "django" },
  ],
});
