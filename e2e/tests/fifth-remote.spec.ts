import { billingFolder, buildRemote } from "../src/build-remote.ts";
import { expect, sessionCookie, sessionIdOf, test } from "../src/fixtures.ts";

test("P1 a fifth remote is built and published: it appears in the shell without rebuild or restart", async ({
  shell,
  page,
  context,
  account,
  platform,
  traffic,
}) => {
  test.setTimeout(180_000);
  await shell.signIn(account("admin"));
  await expect(shell.navigation.getByRole("link", { name: "Billing" })).toHaveCount(0);
  const shellPid = platform.process("shell").pid();
  await buildRemote(billingFolder);
  await platform.deploy(billingFolder);

  const cookie = `${sessionCookie}=${await sessionIdOf(context)}`;
  const ask = (): Promise<Response> => fetch(`${platform.shellUrl}/billing`, { headers: { cookie } });
  await expect.poll(async () => (await ask()).status, { timeout: 1_000, intervals: [20] }).toBe(200);
  // The first page that is drawn of a remote evaluates its code: on a busy machine that is left to the browser.
  await expect.poll(async () => (await ask()).text(), { timeout: 10_000 }).toContain("Bills go to");

  await page.goto("/dashboard");
  await shell.open("Billing");
  const text = page.getByText("Bills go to admin@mullion.test.");
  await expect(text).toBeVisible();
  await expect(text, "its stylesheet came with it").toHaveCSS("letter-spacing", "3px");
  await page.goto("/billing");
  await expect(text).toHaveCSS("letter-spacing", "3px");
  expect(platform.process("shell").pid()).toBe(shellPid);
  expect(traffic.complaints).toEqual([]);
});
