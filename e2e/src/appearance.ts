import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const wide = { width: 1280, height: 800 };
const narrow = { width: 360, height: 740 };

/** Fails with what axe finds on the page as it is shown. `name` says which page it is. */
export async function expectAccessible(page: Page, name: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${name}: ${id} ${nodes[0]?.html ?? ""}`)).toEqual([]);
}

/** Fails with what axe finds, or when the page scrolls sideways, narrow or wide. Leaves the window wide. */
export async function expectAccessibleInEverySize(page: Page, name: string): Promise<void> {
  for (const size of [narrow, wide]) {
    await page.setViewportSize(size);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow, `${name} scrolls sideways at ${String(size.width)}`).toBeLessThanOrEqual(0);
    await expectAccessible(page, name);
  }
}
