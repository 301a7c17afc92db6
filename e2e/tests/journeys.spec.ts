import { readFile } from "node:fs/promises";
import { expect, sessionIdOf, test } from "../src/fixtures.ts";
import { remotes } from "../src/shell-page.ts";

const visible = { admin: remotes, member: remotes.slice(0, 3), viewer: remotes.slice(0, 3) } as const;

for (const role of ["admin", "member", "viewer"] as const) {
  test(`S0.2 S0.3 a ${role} signs in, visits every remote by click and by address, saves a preference, signs out`, async ({
    shell,
    page,
    context,
    traffic,
    account,
    records,
  }) => {
    await shell.signIn(account(role));
    const session = await records.session(await sessionIdOf(context));
    const labels = visible[role].map(({ label }) => label);
    await expect.poll(async () => shell.openable()).toEqual(labels);

    const loadedBefore = traffic.documents.length;
    for (const label of [...labels, ...labels.toReversed()]) await shell.open(label);
    await page.goBack();
    await expect(shell.heading(labels[1] ?? "")).toBeVisible();
    await page.goForward();
    await expect(shell.heading(labels[0] ?? "")).toBeVisible();
    expect(traffic.documents.slice(loadedBefore), "pages loaded while clicking").toEqual([]);

    for (const { label, path } of visible[role]) {
      await page.goto(path);
      await expect(shell.heading(label)).toBeVisible();
    }

    const name = `Name of ${role} ${Date.now()}`;
    await shell.open("Profile");
    await page.getByLabel("Display name").fill(name);
    await page.getByRole("button", { name: "Save preferences" }).click();
    await expect(page.getByRole("status").filter({ hasText: "Saved" })).toBeVisible();
    await page.reload();
    await expect(page.getByLabel("Display name")).toHaveValue(name);

    await shell.signOut();
    expect(session?.tokens.identitySid).toBeTruthy();
    expect(traffic.complaints).toEqual([]);
  });
}

test("S0.4 SEC-23 no byte the browser receives in a whole visit, and no log, holds a token", async ({
  shell,
  page,
  context,
  traffic,
  account,
  records,
  platform,
}) => {
  await shell.signIn(account("admin"));
  const sid = await sessionIdOf(context);
  const tokens = new Set<string>();
  const remember = async (): Promise<void> => {
    for (const token of await records.tokens(sid)) tokens.add(token);
  };
  await remember();
  for (const { label, path } of remotes) {
    await shell.open(label);
    await page.goto(path);
    await expect(shell.heading(label)).toBeVisible();
    await remember();
  }
  await shell.open("Profile");
  await page.getByRole("button", { name: "Save preferences" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Saved" })).toBeVisible();
  await page.goto("/nothing-here");
  await page.goto("/api/session");
  await page.goto("/dashboard");
  await shell.signOut();

  const received = await traffic.received();
  expect(tokens.size).toBeGreaterThanOrEqual(3);
  expect(received.length).toBeGreaterThan(50);
  // A signature or a random part is enough to know a token by, also where it was split or encoded in pieces.
  const needles = [...tokens].flatMap((token) => [token, token.slice(-32)]);
  const hits = received.filter((content) => needles.some((needle) => content.includes(needle)));
  expect(hits.map((content) => content.split("\n", 1)[0])).toEqual([]);
  for (const part of [
    "shell",
    "identity",
    "gateway",
    "registry",
    "service-profile",
    "service-insights",
  ] as const) {
    const log = await readFile(platform.logFile(part), "utf8");
    expect(log.length, `${part} writes a log`).toBeGreaterThan(0);
    expect(needles.filter((needle) => log.includes(needle)).length, `tokens in the log of ${part}`).toBe(0);
  }
  const webTokens = received.filter((content) => /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\./.test(content));
  expect(webTokens.map((content) => content.split("\n", 1)[0])).toEqual([]);
});

test("S0.4 the session cookie is the only thing the browser keeps of a sign-in, and it is opaque", async ({
  shell,
  context,
  account,
  page,
}) => {
  await shell.signIn(account("member"));
  const cookies = (await context.cookies(page.url())).filter(({ name }) => name === "__Host-mullion.sid");
  expect(cookies).toHaveLength(1);
  expect(cookies[0]).toMatchObject({ httpOnly: true, secure: true, path: "/", sameSite: "Lax" });
  expect(cookies[0]?.value).toMatch(/^[\w-]{43}$/);
  const stored = await page.evaluate(() => JSON.stringify(Object.assign({}, localStorage, sessionStorage)));
  expect(stored).toBe("{}");
});

test("signing out ends the session here and the sign-in at identity", async ({
  shell,
  page,
  context,
  account,
  records,
  platform,
}) => {
  await shell.signIn(account("member"));
  const sid = await sessionIdOf(context);
  const stored = await records.session(sid);
  await shell.signOut();
  expect(await records.session(sid)).toBeNull();

  await page.goto("/signin");
  await expect(page.getByLabel("Password"), "identity asks for the password again").toBeVisible();
  const refresh = await fetch(`${platform.url("identity")}/token`, {
    method: "POST",
    headers: {
      authorization: `Basic ${Buffer.from(`mullion-shell:${platform.secrets.shellClient}`).toString("base64")}`,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: stored?.tokens.refreshToken ?? "",
    }),
  });
  expect(refresh.status).toBe(400);
});
