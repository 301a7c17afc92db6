import { expectAccessibleInEverySize } from "../src/appearance.ts";
import { expect, signIn, test } from "../src/spa-fixtures.ts";

const paths = ["", "/name", "/email", "/password", "/devices", "/linked-accounts", "/apps", "/delete"];

for (const colorScheme of ["light", "dark"] as const) {
  test(`every page of identity is accessible (axe) and fits its window, in ${colorScheme}, narrow and wide`, async ({
    page,
    platform,
    member,
    records,
  }) => {
    // Two sizes of a dozen pages, each looked at as a whole.
    test.setTimeout(180_000);
    await records.forgetSignInAttempts();
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const account = `${platform.url("identity")}/account`;
    await page.goto(account);
    await expectAccessibleInEverySize(page, "sign in");
    for (const link of ["Create an account", "Forgot your password?"]) {
      await page.getByRole("link", { name: link }).click();
      await expectAccessibleInEverySize(page, link);
      await page.goBack();
    }
    await signIn(page, { ...member, password: "wrong" });
    await expect(page.getByRole("alert")).toBeVisible();
    await expectAccessibleInEverySize(page, "wrong password");
    await signIn(page, member);
    await expect(page.getByRole("heading", { name: "Your account" })).toBeVisible();
    for (const path of paths) {
      await page.goto(`${account}${path}`);
      await expectAccessibleInEverySize(page, `account${path}`);
    }
    await page.goto(`${account}/password`);
    await page.getByLabel("New password").fill("password1234");
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(page.getByRole("alert")).toBeVisible();
    await expectAccessibleInEverySize(page, "refused password");
    await page.goto(`${platform.url("identity")}/nothing-here`);
    await expectAccessibleInEverySize(page, "not found");
  });
}

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("people sign in, change their name by the keyboard and sign out", async ({
    page,
    platform,
    member,
    records,
  }) => {
    await records.forgetSignInAttempts();
    await page.goto(`${platform.url("identity")}/account/name`);
    await signIn(page, member);
    const name = page.getByLabel("Name");
    await name.focus();
    await name.fill("");
    await name.pressSequentially("Grace Hopper");
    await name.press("Enter");
    await expect(page.getByRole("status")).toHaveText("Your name was changed.");
    await expect(page.getByRole("banner")).toContainText("Grace Hopper");
    await page.getByLabel("Account").getByRole("link", { name: "Devices" }).click();
    await expect(page.getByText("This device")).toBeVisible();
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await expect(page.getByRole("heading", { name: "Signed out" })).toBeVisible();
    await page.goto(`${platform.url("identity")}/account`);
    await expect(page.getByLabel("Password")).toBeVisible();
  });
});
