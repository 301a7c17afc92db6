import { expect, test } from "../src/fixtures.ts";

test("S3.6 S3.8 S3.9 an administrator registers a client, sees the signing keys, and finds both in the checked audit log", async ({
  shell,
  page,
  account,
  traffic,
}) => {
  await shell.signIn(account("admin"), "/admin");
  await shell.hydrated();
  await page.getByRole("radio", { name: "Clients and keys" }).check();
  await expect(page.getByRole("row", { name: /mullion-shell/u })).toContainText("In the client file");
  await expect(page.getByRole("row", { name: /ES256/u }).filter({ hasText: "Signs" })).toHaveCount(1);

  const clientId = `nightly-${String(Date.now())}`;
  await page.getByText("Register a client").click();
  await page.getByLabel("Kind").selectOption("service");
  await page.getByLabel("Client id").fill(clientId);
  await page.getByRole("button", { name: "Register", exact: true }).click();
  await expect(page.getByRole("alert").filter({ hasText: `Secret of ${clientId}` })).toBeVisible();
  await expect(page.getByRole("row", { name: new RegExp(clientId, "u") })).toContainText(
    "client credentials",
  );

  await page.getByRole("radio", { name: "Audit log" }).check();
  await expect(page.getByRole("row", { name: new RegExp(clientId, "u") }).first()).toContainText("client.");
  await page.getByRole("button", { name: "Check the chain" }).click();
  await expect(page.getByText(/^All \d+ entries are as they were written\.$/u)).toBeVisible();
  expect(traffic.complaints).toEqual([]);
});

test("S2.5 an administrator sees where a person is signed in", async ({ shell, page, account }) => {
  await shell.signIn(account("admin"), "/admin");
  await shell.hydrated();
  await page.getByText(`Show sessions of ${account("admin").name}`).click();
  await expect(page.getByText(/mullion-shell · .+ last used/u).first()).toBeVisible();
});
