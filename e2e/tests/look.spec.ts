import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "../src/fixtures.ts";

const wide = { width: 1280, height: 800 };
const narrow = { width: 360, height: 740 };

for (const colorScheme of ["light", "dark"] as const) {
  test(`every page is accessible (axe) and fits its window, in ${colorScheme}, narrow and wide`, async ({
    shell,
    page,
    account,
  }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const check = async (name: string): Promise<void> => {
      for (const size of [wide, narrow]) {
        await page.setViewportSize(size);
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow, `${name} scrolls sideways at ${String(size.width)}`).toBeLessThanOrEqual(0);
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => `${name}: ${id} ${nodes[0]?.html ?? ""}`)).toEqual([]);
      }
      await page.setViewportSize(wide);
    };
    await page.goto("/");
    await check("start");
    await page.goto("/signin");
    await check("sign in");
    await shell.signIn(account("admin"));
    for (const path of ["/dashboard", "/analytics", "/user", "/admin", "/nothing-here"]) {
      await page.goto(path);
      await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
      await check(path);
    }
  });
}
