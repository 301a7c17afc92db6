import { readdir, rename } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "../src/fixtures.ts";
import { childrenOf } from "../src/processes.ts";

test("a remote whose artifact is gone: its pane says so, the shell lives, and it recovers by itself", async ({
  shell,
  page,
  account,
  platform,
}) => {
  await shell.signIn(account("member"));
  await page.route(/\/artifacts\/analytics\//, async (route) => route.fulfill({ status: 404 }));
  await shell.navigation.getByRole("link", { name: "Analytics" }).click();
  await expect(page.getByText("Analytics is not available right now")).toBeVisible();
  await expect(shell.navigation).toBeVisible();
  await shell.open("Profile");
  await shell.navigation.getByRole("link", { name: "Analytics" }).click();
  await expect(page.getByText("Analytics is not available right now")).toBeVisible();
  await page.unroute(/\/artifacts\/analytics\//);
  await expect(page.getByRole("heading", { level: 2 }).first(), "back without a reload").toBeVisible();
  expect(platform.process("shell").pid()).toBeDefined();
});

test("a remote that the server cannot load: page 200 with the fallback, then it recovers without a reload", async ({
  shell,
  page,
  account,
  platform,
  traffic,
}) => {
  const folder = path.resolve(import.meta.dirname, "../../.mullion/e2e/data/artifacts");
  const entries = await readdir(folder);
  const away = `${folder}.away`;
  await shell.signIn(account("member"), "/user");
  // A shell that has just started holds no copy of the files.
  await platform.process("shell").restart();
  await rename(folder, away);
  try {
    const response = await page.goto("/dashboard");
    expect(response?.status()).toBe(200);
    await expect(page.getByText("Dashboard is not available right now")).toBeVisible();
  } finally {
    await rename(away, folder);
  }
  const loaded = traffic.documents.length;
  await expect(shell.heading("Dashboard")).toBeVisible();
  await expect(page.getByRole("article").first()).toBeVisible({ timeout: 30_000 });
  expect(traffic.documents.length).toBe(loaded);
  expect(entries.length).toBeGreaterThan(0);
});

test("a service that is down costs its pane only, and the pane recovers by itself", async ({
  shell,
  page,
  account,
  platform,
}) => {
  await shell.signIn(account("member"));
  await platform.process("service-profile").stop();
  const response = await page.goto("/user");
  expect(response?.status()).toBe(200);
  await expect(page.getByText("Your preferences could not be loaded")).toBeVisible();
  await shell.open("Analytics");
  await shell.navigation.getByRole("link", { name: "Profile" }).click();
  await expect(page.getByText("Your preferences could not be loaded")).toBeVisible();
  await platform.process("service-profile").start();
  await expect(page.getByLabel("Display name"), "back without a reload").toBeVisible({ timeout: 30_000 });
});

test("the render process is killed: data keeps flowing, pages come back by themselves", async ({
  shell,
  page,
  account,
  platform,
}) => {
  await shell.signIn(account("member"), "/user");
  const shellPid = platform.process("shell").pid();
  if (shellPid === undefined) throw new Error("the shell is not running");
  const renderPids = await childrenOf(shellPid);
  expect(renderPids).toHaveLength(1);
  for (const pid of renderPids) process.kill(pid, "SIGKILL");
  const status = await page.evaluate(async () => {
    const response = await fetch("/api/bff/profile/me", { headers: { "x-mullion-csrf": "1" } });
    return response.status;
  });
  expect(status).toBe(200);
  const response = await page.goto("/analytics");
  expect(response?.status()).toBe(200);
  await expect(shell.heading("Analytics")).toBeVisible();
  expect(platform.process("shell").pid()).toBe(shellPid);
  expect(await childrenOf(shellPid)).not.toEqual(renderPids);
});
