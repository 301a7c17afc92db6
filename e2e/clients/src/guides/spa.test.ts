import { join } from "node:path";
import { password } from "@mullion/identity/testing";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../browser.ts";
import { createPerson, type Person } from "../person.ts";
import { supports } from "../support-table.ts";
import { followGuide, type Workbench } from "../workbench.ts";

describe("docs/clients/spa.md", () => {
  let bench: Workbench;
  let person: Person;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    // The library renews a minute before the end: at once, nearly.
    bench = await followGuide("spa", { accessTokenTtlSeconds: 62 });
    person = await createPerson(bench.identity);
    for (const name of ["index.html", "main.js", "vite.config.js"]) await bench.folder.write(name);
    const { ISSUER = "", CLIENT_ID = "", PORT = "" } = bench.env;
    const api = await bench.serveApi();
    const env = { ...bench.env, VITE_ISSUER: ISSUER, VITE_CLIENT_ID: CLIENT_ID, API_URL: api };
    const vite = join(bench.folder.path, "node_modules/vite/bin/vite.js");
    await bench.folder.launch(process.execPath, [vite, "build"], env).ended();
    const preview = [vite, "preview", "--host", "localhost", "--port", PORT, "--strictPort"];
    await bench.folder.launch(process.execPath, preview, env).printed("Local");
    browser = await launchChromium();
    page = await browser.newPage();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await bench.close();
  });

  async function count(action: string): Promise<number> {
    const actions = await bench.identity.auditedActions();
    return actions.filter((name) => name === action).length;
  }

  const storage = (): Promise<string> =>
    page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])");

  supports("oidc-client-ts", "sign-in", async () => {
    await page.goto(bench.appUrl);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByLabel("Email").fill(person.email);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByText(`Signed in as ${person.email}`).waitFor();
    expect(page.url()).toBe(`${bench.appUrl}/`);
    await page.getByRole("button", { name: "Show profile" }).click();
    await page.getByText(person.id).waitFor();
    expect(await storage()).not.toContain("eyJ");
  });

  supports("oidc-client-ts", "refresh", async () => {
    await expect.poll(() => count("token.refresh_token"), { timeout: 15_000 }).toBeGreaterThanOrEqual(2);
    expect(await count("token.reuse")).toBe(0);
    await page.getByRole("button", { name: "Show profile" }).click();
    await page.getByText(person.id).waitFor();
  });

  supports("oidc-client-ts", "revoke", async () => {
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(`${bench.identity.issuer}/**`);
    expect(await count("token.revoke")).toBe(1);
  });

  supports("oidc-client-ts", "logout", async () => {
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("Not signed in").waitFor();
    expect(page.url()).toMatch(`${bench.appUrl}/`);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByLabel("Password").waitFor();
  });

  it("S3.10 identity lets no script of another origin use the page's client", async () => {
    const request = {
      method: "POST",
      headers: { origin: "http://localhost:1" },
      body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: "x", client_id: "orders-spa" }),
    };
    const response = await fetch(`${bench.identity.issuer}/token`, request);
    expect(response.status).toBe(400);
    expect(response.headers.get("access-control-allow-origin")).not.toBe("http://localhost:1");
  });

  it("every block of the guide was run", () => {
    expect(bench.notRun()).toEqual([]);
  });
});
