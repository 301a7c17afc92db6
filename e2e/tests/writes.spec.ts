import { expect, test } from "../src/fixtures.ts";

test("a pin on the dashboard and a note in analytics are kept, and seen after a reload", async ({
  shell,
  page,
  account,
  traffic,
}) => {
  await shell.signIn(account("member"));
  await shell.open("Dashboard");
  const pin = page.getByRole("button", { name: "Pin Registry" });
  const pinned = page.waitForResponse((response) => response.url().endsWith("/profile/me/pins"));
  await pin.click();
  await expect(pin, "shown before the service has answered").toHaveAttribute("aria-pressed", "true");
  expect((await pinned).status()).toBeLessThan(300);
  await page.reload();
  await expect(pin).toHaveAttribute("aria-pressed", "true");

  const note = `Released at ${Date.now()}`;
  await shell.open("Analytics");
  await page.getByLabel("Note", { exact: true }).fill(note);
  const added = page.waitForResponse((response) => response.url().endsWith("/insights/annotations"));
  await page.getByRole("button", { name: "Add note" }).click();
  expect((await added).status()).toBeLessThan(300);
  await page.reload();
  await expect(page.getByText(note)).toBeVisible();
  expect(traffic.complaints).toEqual([]);
});

test("an admin changes a role; the last admin cannot give the role away, and is told why", async ({
  shell,
  page,
  account,
}) => {
  await shell.signIn(account("admin"));
  await shell.open("Admin");
  const role = page.getByLabel("Role of Vera Lindqvist");
  for (const [choice, value] of [
    ["Member", "member"],
    ["Viewer", "viewer"],
  ] as const) {
    const saved = page.waitForResponse((response) => response.request().method() === "PATCH");
    await role.selectOption({ label: choice });
    expect((await saved).status()).toBeLessThan(300);
    await page.reload();
    await expect(role).toHaveValue(value);
  }
  const own = page.getByLabel("Role of Ada Reyes");
  await own.selectOption({ label: "Viewer" });
  await expect(page.getByRole("alert").filter({ hasText: /admin/i })).toBeVisible();
  await expect(own).toHaveValue("admin");
});
