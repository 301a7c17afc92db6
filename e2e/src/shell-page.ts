import type { DemoAccount } from "@mullion/local";
import { expect, type Locator, type Page } from "@playwright/test";

/** The four remotes of the platform: name in the navigation, path, heading. */
export const remotes = [
  { label: "Dashboard", path: "/dashboard" },
  { label: "Analytics", path: "/analytics" },
  { label: "Profile", path: "/user" },
  { label: "Admin", path: "/admin" },
] as const;

/** The shell as a person uses it. */
export class ShellPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get navigation(): Locator {
    return this.page.getByRole("navigation", { name: "Main" });
  }

  heading(name: string): Locator {
    return this.page.getByRole("heading", { level: 1, name });
  }

  /** Signs in from wherever the shell sends a visitor of `path`. */
  async signIn(account: DemoAccount, path = "/"): Promise<void> {
    await this.page.goto(path);
    if (path === "/") await this.page.getByRole("link", { name: "Sign in" }).click();
    await this.page.getByLabel("Email").fill(account.email);
    await this.page.getByLabel("Password").fill(account.password);
    await this.page.getByRole("button", { name: "Sign in" }).click();
    await expect(this.navigation).toBeVisible();
  }

  /** Which of the four remotes the navigation offers, in its order. A test may have published others. */
  async openable(): Promise<string[]> {
    const names = await this.navigation.getByRole("link").allTextContents();
    return names.filter((name) => remotes.some(({ label }) => label === name));
  }

  /** Opens a page of the navigation by a click, and waits until it is drawn and alive. */
  async open(label: string): Promise<void> {
    await this.navigation.getByRole("link", { name: label }).click();
    await expect(this.heading(label)).toBeVisible();
    await expect(this.page.locator("[aria-busy=true]")).toHaveCount(0);
  }

  /** Waits until React has taken over the remote's markup: before, a click on a button does nothing. */
  async hydrated(): Promise<void> {
    await this.page.waitForFunction(() =>
      Object.keys(document.querySelector("main h1") ?? {}).some((key) => key.startsWith("__reactProps$")),
    );
  }

  async signOut(): Promise<void> {
    await this.page.getByRole("button", { name: "Sign out", exact: true }).click();
    await expect(this.page.getByRole("link", { name: "Sign in" })).toBeVisible();
  }
}
