import { expectAccessibleInEverySize } from "../src/appearance.ts";
import { expect, test } from "../src/fixtures.ts";

for (const colorScheme of ["light", "dark"] as const) {
  test(`every page is accessible (axe) and fits its window, in ${colorScheme}, narrow and wide`, async ({
    shell,
    page,
    account,
  }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const check = (name: string): Promise<void> => expectAccessibleInEverySize(page, name);
    await page.goto("/");
    await check("start");
    await page.goto("/signin");
    await check("sign in");
    await shell.signIn(account("admin"));
    for (const path of ["/dashboard", "/analytics", "/user", "/admin", "/rollouts", "/nothing-here"]) {
      await page.goto(path);
      await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
      await check(path);
    }
  });
}
