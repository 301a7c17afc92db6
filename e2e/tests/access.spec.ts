import { expect, sessionIdOf, test } from "../src/fixtures.ts";

test("S4.3 a viewer at /admin gets the 403 page, and nothing of the remote", async ({
  shell,
  page,
  account,
}) => {
  await shell.signIn(account("viewer"));
  const response = await page.goto("/admin");
  expect(response?.status()).toBe(403);
  await expect(shell.heading("You may not open this page")).toBeVisible();
  expect(await response?.text()).not.toContain("remoteEntry");
});

test("a viewer's write is refused by the API, not only hidden", async ({ shell, page, account }) => {
  await shell.signIn(account("viewer"));
  await shell.open("Analytics");
  await expect(page.getByRole("button", { name: "Add note" })).toHaveCount(0);
  const status = await page.evaluate(async () => {
    const response = await fetch("/api/bff/insights/annotations", {
      method: "POST",
      headers: { "x-mullion-csrf": "1", "content-type": "application/json" },
      body: JSON.stringify({ date: "2026-01-01", text: "from a viewer" }),
    });
    return response.status;
  });
  expect(status).toBe(403);
});

test("a visitor who opens a page signs in and lands on that page", async ({ shell, account, page }) => {
  await shell.signIn(account("member"), "/analytics");
  await expect(shell.heading("Analytics")).toBeVisible();
  expect(new URL(page.url()).pathname).toBe("/analytics");
});

test("an unknown address is a 404 page, bad JSON a 400 problem document", async ({
  shell,
  page,
  account,
}) => {
  await shell.signIn(account("member"));
  const missing = await page.goto("/there-is-nothing");
  expect(missing?.status()).toBe(404);
  await expect(shell.heading("There is no page here")).toBeVisible();

  const problem = await page.evaluate(async () => {
    const response = await fetch("/api/bff/profile/me/preferences", {
      method: "PUT",
      headers: { "x-mullion-csrf": "1", "content-type": "application/json" },
      body: "{not json",
    });
    const body = (await response.json()) as { code: string; requestId: string };
    return { ...body, status: response.status, mediaType: response.headers.get("content-type") };
  });
  expect(problem).toMatchObject({ status: 400, code: "invalid_json" });
  expect(problem.mediaType).toContain("application/problem+json");
  expect(problem.requestId).toBeTruthy();
});

test("S0.7 the running gateway answers 401 to no token, to the session's refresh token and to an altered access token", async ({
  shell,
  context,
  account,
  records,
  platform,
}) => {
  await shell.signIn(account("member"));
  const sid = await sessionIdOf(context);
  const [token = ""] = await records.accessTokens(sid);
  const url = `${platform.url("gateway")}/profile/me`;
  const status = async (token?: string | null): Promise<number> => {
    const response = await fetch(url, { headers: token == null ? {} : { authorization: `Bearer ${token}` } });
    return response.status;
  };
  expect(await status()).toBe(401);
  expect(await status(await records.refreshToken(sid))).toBe(401);
  expect(await status(token.replace(/.{6}$/, "AAAAAA"))).toBe(401);
  expect(await status(token)).toBe(200);
});
