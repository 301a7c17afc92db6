import type { BrowserContext, Page, Response } from "@playwright/test";
import { decodeJwt } from "jose";
import { expect, signIn, test } from "../src/spa-fixtures.ts";

const cookieName = "mullion_spa.todo";

interface Tokens {
  readonly accessToken: string;
  readonly user: { readonly id: string };
}

function isRefresh(response: Response): boolean {
  return response.url().endsWith("/session/refresh") && response.request().method() === "POST";
}

async function refreshTokenOf(context: BrowserContext): Promise<string> {
  const cookie = (await context.cookies()).find(({ name }) => name === cookieName);
  return cookie?.value ?? "";
}

/** Everything that scripts of a page can read, and everything it shows. */
async function readableBy(page: Page): Promise<string> {
  return page.evaluate(async () =>
    JSON.stringify([
      Object.entries(localStorage),
      Object.entries(sessionStorage),
      document.cookie,
      location.href,
      document.documentElement.outerHTML,
      await indexedDB.databases(),
      await caches.keys(),
    ]),
  );
}

const answers = (page: Page) => page.getByLabel("Answers");
const hello = (page: Page) => page.getByRole("heading", { name: /^Hello/ });
const form = (page: Page) => page.getByRole("heading", { name: "Sign in" });

test("S2.1 S4.4 no token is in storage, in the address, on the page or in a cookie that scripts read", async ({
  page,
  context,
  spa,
  member,
}) => {
  const urls: string[] = [];
  context.on("request", (request) => urls.push(request.url()));
  await page.goto(spa.origin);
  const answered = page.waitForResponse((response) => response.url().endsWith("/spa/todo/session"));
  await signIn(page, member);
  const { accessToken } = (await (await answered).json()) as Tokens;
  await page.getByRole("button", { name: "Call the API" }).click();
  await expect(answers(page)).toHaveText("200");

  const refreshToken = await refreshTokenOf(context);
  expect(refreshToken).toMatch(/^[\w-]{43}$/);
  expect(accessToken.split(".")).toHaveLength(3);
  const readable = await readableBy(page);
  expect(readable).toContain("Hello, ");
  for (const secret of [refreshToken, accessToken, accessToken.split(".")[2] ?? ""]) {
    expect(readable).not.toContain(secret);
    expect(urls.join("\n")).not.toContain(secret);
  }
  const [cookie] = (await context.cookies()).filter(({ name }) => name === cookieName);
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict", path: "/", domain: "localhost" });
});

test("S2.4 a reload keeps the person signed in, by one silent refresh that changes the cookie", async ({
  signedIn: page,
  context,
}) => {
  const before = await refreshTokenOf(context);
  const refreshes: Response[] = [];
  page.on("response", (response) => {
    if (isRefresh(response)) refreshes.push(response);
  });
  await page.reload();
  await expect(hello(page)).toBeVisible();
  expect(refreshes.map((response) => response.status())).toEqual([200]);
  expect(await refreshTokenOf(context)).not.toBe(before);
});

test("S2.4 in three tabs sixty calls with an expired token make one refresh at identity, and each is made once more", async ({
  signedIn: page,
  context,
  records,
  spa,
}) => {
  // Each silent refresh is answered with a token of identity's own that expired an hour ago.
  let userId = "";
  await context.route("**/session/refresh", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    const response = await route.fetch();
    const tokens = (await response.json()) as Tokens;
    userId = tokens.user.id;
    const past = Math.floor(Date.now() / 1_000) - 3_600;
    const claims = { ...decodeJwt(tokens.accessToken), iat: past - 600, exp: past };
    const accessToken = await records.signAsIdentity(claims, { typ: "at+jwt" });
    return route.fulfill({ response, json: { ...tokens, accessToken } });
  });
  const tabs = [page, await context.newPage(), await context.newPage()];
  for (const tab of tabs) {
    await tab.goto(spa.origin);
    await expect(hello(tab)).toBeVisible();
  }
  await context.unroute("**/session/refresh");

  const statuses: number[] = [];
  context.on("response", (response) => {
    const isCall = response.url().endsWith("/profile/me") && response.request().method() === "GET";
    if (isCall) statuses.push(response.status());
  });
  const before = await records.audited("token.refresh_token", userId);
  await Promise.all(tabs.map((tab) => tab.getByRole("button", { name: "Call it 20 times" }).click()));
  for (const tab of tabs)
    await expect(answers(tab)).toHaveText(Array.from({ length: 20 }, () => "200").join(" "));
  expect(await records.audited("token.refresh_token", userId)).toBe(before + 1);
  expect(statuses.filter((status) => status === 200)).toHaveLength(60);
  expect(statuses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(20);
  expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(60);
});

test("S2.4 when the session ended elsewhere, the next refresh shows the way to sign in", async ({
  signedIn: page,
  context,
  platform,
  spa,
}) => {
  const response = await context.request.delete(`${platform.url("identity")}/spa/todo/session`, {
    headers: { origin: spa.origin, "x-mullion-csrf": "1" },
  });
  expect(response.status()).toBe(204);
  await page.reload();
  await expect(form(page)).toBeVisible();
});

test("S2.5 a sign-out in one tab shows in the other, and a reload brings nobody back", async ({
  signedIn: page,
  context,
  spa,
}) => {
  const other = await context.newPage();
  await other.goto(spa.origin);
  await expect(hello(other)).toBeVisible();
  await other.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByText("You have signed out.")).toBeVisible();
  expect(await refreshTokenOf(context)).toBe("");
  await page.reload();
  await expect(form(page)).toBeVisible();
});

test("S2.5 whoever does nothing is asked, may stay, and is signed out at last, at identity too", async ({
  page,
  context,
  spa,
  member,
}) => {
  await page.clock.install();
  await page.goto(spa.origin);
  await signIn(page, member);
  await expect(hello(page)).toBeVisible();
  const refreshToken = await refreshTokenOf(context);
  await page.clock.fastForward(541_000);
  await page.getByRole("button", { name: "Stay signed in" }).click();
  await expect(page.getByRole("alertdialog")).toBeHidden();
  await page.clock.fastForward(530_000);
  await expect(hello(page)).toBeVisible();
  await page.clock.fastForward(20_000);
  await expect(page.getByRole("alertdialog")).toBeVisible();
  await page.clock.fastForward(61_000);
  await expect(page.getByText("You were signed out because nothing happened")).toBeVisible();
  await expect.poll(() => refreshTokenOf(context)).toBe("");
  expect(refreshToken).not.toBe("");
  await page.reload();
  await expect(form(page)).toBeVisible();
});

test("S2.6 S4.5 a page of another origin on the same site, which the cookie goes along from, can do nothing with it", async ({
  signedIn: page,
  context,
  platform,
  stranger,
}) => {
  const before = await refreshTokenOf(context);
  const session = `${platform.url("identity")}/spa/todo/session`;
  const other = await context.newPage();
  await other.goto(stranger.origin);
  const tried = await other.evaluate(async (url) => {
    const attempt = async (address: string, init: RequestInit): Promise<string> =>
      fetch(address, { ...init, credentials: "include" }).then(
        (response) => response.type,
        () => "blocked",
      );
    const headers = { "x-mullion-csrf": "1" };
    return [
      await attempt(`${url}/refresh`, { method: "POST", headers }),
      await attempt(`${url}/refresh`, { method: "POST" }),
      await attempt(`${url}/refresh`, { method: "POST", mode: "no-cors" }),
      await attempt(url, { method: "DELETE", headers }),
    ];
  }, session);
  expect(tried).toEqual(["blocked", "blocked", "blocked", "blocked"]);

  const posted = other.waitForResponse(`${session}/refresh`);
  await other.evaluate((url) => {
    const sent = document.createElement("form");
    Object.assign(sent, { method: "post", action: `${url}/refresh` });
    document.body.append(sent);
    sent.submit();
  }, session);
  const response = await posted;
  expect(response.status()).toBe(403);
  expect((await response.request().allHeaders())["cookie"]).toContain(cookieName);
  expect(await refreshTokenOf(context)).toBe(before);
  await page.reload();
  await expect(hello(page)).toBeVisible();
});

test("while identity is away, calls go on with the token at hand, and a page that loads waits for it", async ({
  signedIn: page,
  platform,
}) => {
  await platform.process("identity").stop();
  await page.getByRole("button", { name: "Call the API" }).click();
  await expect(answers(page)).toHaveText("200");
  await page.reload();
  await expect(page.getByText("One moment, trying again.")).toBeVisible();
  await platform.process("identity").start();
  await expect(hello(page)).toBeVisible({ timeout: 30_000 });
});

test("a wrong password is told from anything else, and the right one still works", async ({
  page,
  spa,
  member,
}) => {
  await page.goto(spa.origin);
  await signIn(page, { ...member, password: "wrong" });
  await expect(page.getByRole("alert")).toHaveText("The email address or the password is wrong.");
  await signIn(page, member);
  await expect(hello(page)).toBeVisible();
});
