import { expectAccessible } from "../src/appearance.ts";
import { expect, test } from "../src/fixtures.ts";
import { publishVariant } from "../src/publish-variant.ts";

test("P2 P18 an administrator tries a version on everybody, sees it live, and takes it back", async ({
  shell,
  page,
  account,
  platform,
  traffic,
}) => {
  const version = await publishVariant(platform, { remote: "user" });
  await shell.signIn(account("admin"));
  await shell.open("Rollouts");
  await shell.hydrated();
  const card = page.getByRole("region", { name: "Profile" });
  await card.getByText("Try another version").click();
  await card.getByLabel("Version").selectOption(version);
  await card.getByLabel("Share of the people, in percent").fill("100");
  await card.getByRole("button", { name: "Start the canary" }).click();
  await expect(card.getByText("Canary for 100%")).toBeVisible();
  await expect(card.getByRole("row", { name: new RegExp(version, "u") })).toContainText("Canary");

  await page.goto("/user");
  await page.getByRole("button", { name: "Developer tools" }).click();
  const shown = page
    .getByRole("table", { name: "Remotes of this visit" })
    .getByRole("row", { name: /^user/u });
  await expect(shown).toContainText(version);
  await expect(shown).toContainText("Canary");

  await page.goto("/rollouts");
  await shell.hydrated();
  await card.getByRole("button", { name: "Abort the canary" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Abort the canary" }).click();
  await expect(card.getByText("One version for everybody")).toBeVisible();
  await expect(card.getByText(`The canary ${version} was aborted by`)).toBeVisible();
  await expectAccessible(page, "rollouts");
  await page.goto("/user");
  await page.getByRole("button", { name: "Developer tools" }).click();
  await expect(shown).toContainText("Stable");
  await expect(shown).not.toContainText(version);
  expect(traffic.complaints).toEqual([]);
});

test("P10 P17 the developer tools tell what a page is made of, and show another build to the developer alone", async ({
  shell,
  page,
  account,
  platform,
  traffic,
}) => {
  const version = await publishVariant(platform, { remote: "user" });
  await shell.signIn(account("developer"));
  await shell.open("Profile");
  await shell.hydrated();
  await page.getByRole("button", { name: "Developer tools" }).click();
  const panel = page.getByRole("region", { name: "Developer tools" });
  await expect(panel.getByRole("row", { name: /^react /u })).toContainText("mullion_shell");
  await expect(panel.getByRole("row", { name: /^user/u })).toContainText("Stable");
  await expectAccessible(page, "developer tools");

  await panel.getByLabel("Remote").selectOption("user");
  await panel.getByLabel("Version").selectOption(version);
  await panel.getByRole("button", { name: "Show it to me for an hour" }).click();
  const banner = page.getByText(`Only you see this: Profile ${version}`);
  await expect(banner).toBeVisible();
  await expect(shell.heading("Profile")).toBeVisible();
  await page.getByRole("button", { name: "Leave" }).click();
  await expect(banner).toHaveCount(0);
  await expect(shell.heading("Profile")).toBeVisible();
  expect(traffic.complaints).toEqual([]);
});

test("SEC-53 a developer is told whom a remote belongs to, and changes nothing of it", async ({
  shell,
  page,
  account,
  platform,
}) => {
  await publishVariant(platform, { remote: "user" });
  await shell.signIn(account("developer"), "/rollouts");
  await shell.hydrated();
  const card = page.getByRole("region", { name: "Profile" });
  await card.getByText("Try another version").click();
  await card.getByRole("button", { name: "Start the canary" }).click();
  await expect(card.getByText("Not started. user belongs to mullion-deploy.")).toBeVisible();
  await page.reload();
  await expect(card.getByText("One version for everybody")).toBeVisible();
});

test("P9 who is no developer is offered neither the rollouts nor the tools", async ({
  shell,
  page,
  account,
}) => {
  await shell.signIn(account("member"));
  await expect(shell.navigation.getByRole("link", { name: "Rollouts" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Developer tools" })).toHaveCount(0);
  const answer = await page.goto("/rollouts");
  expect(answer?.status()).toBe(403);
});
