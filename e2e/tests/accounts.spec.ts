import type { Page } from "@playwright/test";
import { expectAccessible } from "../src/appearance.ts";
import { expect, test } from "../src/fixtures.ts";

const email = "newcomer@mullion.test";
const [first, second] = ["a long walk in the rain", "a quiet lake at night"] as const;

/** Opens the newest mail with a subject in the mail sink and follows its link; resolves with the page it opens. */
async function followMail(
  sink: Page,
  { address, subject, link }: { address: string; subject: string | RegExp; link: string },
) {
  await sink.goto(address);
  const mail = sink.getByRole("link", { name: subject }).first();
  await expect(mail).toBeVisible();
  // Before one is opened: its frame runs no scripts, so the checker cannot look into it.
  await expectAccessible(sink, sink.url());
  await mail.click();
  const href = await sink
    .frameLocator("iframe")
    .getByRole("link", { name: link, exact: true })
    .getAttribute("href");
  const opened = await sink.context().newPage();
  await opened.goto(href ?? "");
  return opened;
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`S3.5 a newcomer registers, confirms the address from the mail, forgets the password and gets in again (${colorScheme})`, async ({
    page,
    context,
    platform,
  }) => {
    const person = `${colorScheme}-${email}`;
    const address = platform.url("mail-sink");
    await page.emulateMedia({ colorScheme });
    await page.goto("/signin");
    await page.getByRole("link", { name: "Create an account" }).click();
    await page.getByLabel("Name").fill("New Comer");
    await page.getByLabel("Email").fill(person);
    await page.getByLabel("Password").fill("password1");
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByLabel("Password")).toHaveAccessibleDescription(/guessed first/);
    await expectAccessible(page, page.url());
    await page.getByLabel("Password").fill(first);
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByRole("heading", { name: "Check your mail" })).toBeVisible();
    await expectAccessible(page, page.url());

    const sink = await context.newPage();
    await sink.emulateMedia({ colorScheme });
    const verify = await followMail(sink, { address, subject: person, link: "Confirm address" });
    await expectAccessible(verify, verify.url());
    await verify.getByRole("button", { name: "Yes, confirm address" }).click();
    await expect(verify.getByText("Thank you.")).toBeVisible();
    await page.getByRole("link", { name: "Continue" }).click();
    await page.waitForURL(`${platform.shellUrl}/**`);
    await expect(page.getByRole("navigation").first()).toBeVisible();

    // Away from the page first: it would notice that its session is gone, and go to sign in by itself.
    await page.goto("about:blank");
    await context.clearCookies();
    await page.goto("/signin");
    await page.getByRole("link", { name: "Forgot your password?" }).click();
    await page.getByLabel("Email").fill(person);
    await page.getByRole("button", { name: "Send link" }).click();
    await expectAccessible(page, page.url());
    const subject = new RegExp(`Choose a new password.*${person}`, "s");
    const reset = await followMail(sink, { address, subject, link: "Choose a new password" });
    await expectAccessible(reset, reset.url());
    await reset.getByLabel("New password").fill(second);
    await reset.getByRole("button", { name: "Set password" }).click();
    await expect(reset.getByText("Sign in with your new password.")).toBeVisible();

    await page.goto("/signin");
    await page.getByLabel("Email").fill(person);
    await page.getByLabel("Password").fill(second);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(`${platform.shellUrl}/**`);
  });
}
