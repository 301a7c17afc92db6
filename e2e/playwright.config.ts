import { defineConfig } from "@playwright/test";
import { readSettings } from "./src/env.ts";

const { chromium, ci } = readSettings();

export default defineConfig({
  testDir: "tests",
  // One platform, and tests that stop parts of it: one after the other.
  workers: 1,
  fullyParallel: false,
  forbidOnly: ci,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"], ["json"]],
  outputDir: "../.mullion/reports/browser",
  use: {
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    screenshot: "only-on-failure",
    launchOptions: {
      // Not there (a run by hand): Debian's, which is where `npm test` would have put it.
      executablePath: chromium,
      args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
    },
  },
});
