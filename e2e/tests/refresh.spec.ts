import { expect, sessionIdOf, test } from "../src/fixtures.ts";

test("an access token expires during a visit: the person notices nothing and identity sees exactly one refresh", async ({
  shell,
  page,
  context,
  traffic,
  account,
  records,
}) => {
  await shell.signIn(account("member"), "/user");
  await expect(shell.heading("Profile")).toBeVisible();
  const sid = await sessionIdOf(context);
  const before = await records.session(sid);
  if (before === null) throw new Error("no session");
  const [oldToken] = await records.accessTokens(sid);
  const userId = before.view.user.id;
  const expiresAt = Math.max(...Object.values(before.tokens.access).map((token) => token.expiresAt));
  const refreshesBefore = await records.audited("token.refresh_token", userId);

  await expect.poll(() => Date.now(), { timeout: 30_000, intervals: [250] }).toBeGreaterThan(expiresAt);
  // A page with several reads on the server, and several of the browser at the same time.
  const reads = page.evaluate(async () => {
    const paths = ["/profile/me", "/insights/health", "/registry/remotes", "/insights/summary?days=7"];
    const headers = { "x-mullion-csrf": "1" };
    const answers = await Promise.all(paths.map(async (path) => fetch(`/api/bff${path}`, { headers })));
    return answers.map(({ status }) => status);
  });
  await shell.open("Dashboard");
  expect(await reads).toEqual([200, 200, 200, 200]);

  const after = await records.session(sid);
  expect(await records.accessTokens(sid)).not.toContain(oldToken);
  expect(after?.tokens.refreshToken).not.toBe(before.tokens.refreshToken);
  expect(await records.audited("token.refresh_token", userId)).toBe(refreshesBefore + 1);
  expect(traffic.complaints).toEqual([]);
});
