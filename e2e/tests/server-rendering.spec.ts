import { request } from "undici";
import { expect, sessionCookie, sessionIdOf, test } from "../src/fixtures.ts";

test("P3 the HTML of a page holds the remote's content and its data, for whoever asks with a session cookie", async ({
  shell,
  context,
  account,
  platform,
}) => {
  await shell.signIn(account("member"));
  const cookie = `${sessionCookie}=${await sessionIdOf(context)}`;
  const response = await fetch(`${platform.shellUrl}/dashboard`, { headers: { cookie } });
  const [markup = "", data = ""] = (await response.text()).split('<script id="__NEXT_DATA__"');
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(markup).toContain("<h1");
  for (const part of ["Service Gateway", "Service Identity", "Remote Admin"]) {
    expect(markup).toContain(`aria-label="${part}"`);
  }
  expect(markup, "in its place, not hidden until a script moves it").not.toMatch(/<div hidden|<!--\$\?-->/);
  expect(markup).toMatch(/\d+ ms/);
  expect(data).toContain('"/insights/health"');
});

test("hydration changes nothing: no layout shift and no complaint, on every remote", async ({
  shell,
  page,
  traffic,
  account,
}) => {
  await shell.signIn(account("admin"));
  for (const path of ["/dashboard", "/analytics", "/user", "/admin"]) {
    await page.goto(path);
    await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
    await shell.hydrated();
    const shift = await page.evaluate(async () => {
      const entries = await new Promise<PerformanceEntry[]>((resolve) => {
        new PerformanceObserver((list) => {
          resolve(list.getEntries());
        }).observe({ type: "layout-shift", buffered: true });
        // No entry at all never calls back: a frame later there was none.
        requestAnimationFrame(() => requestAnimationFrame(() => resolve([])));
      });
      return entries.reduce(
        (sum, entry) => sum + ((entry as PerformanceEntry & { value?: number }).value ?? 0),
        0,
      );
    });
    expect(shift, path).toBeLessThan(0.01);
  }
  expect(traffic.complaints).toEqual([]);
});

test("S0.9 files of the shell's build arrive as the build compressed them, for good, each form apart", async ({
  platform,
}) => {
  const html = await (await fetch(`${platform.shellUrl}/`)).text();
  const [script] = /\/_next\/static\/chunks\/[^"]+\.js/.exec(html) ?? [];
  if (script === undefined) throw new Error("the page loads no script");
  const sizes = [];
  for (const encoding of ["identity", "gzip", "br"]) {
    const headers = { "accept-encoding": encoding };
    const { headers: answered, body } = await request(platform.shellUrl + script, { headers });
    expect(answered["content-encoding"] ?? "identity").toBe(encoding);
    expect(answered["content-type"]).toMatch(/^(?:text|application)\/javascript/);
    expect(answered["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect(answered["vary"]).toBe("accept-encoding");
    sizes.push((await body.arrayBuffer()).byteLength);
  }
  expect(sizes, "smaller each").toEqual(sizes.toSorted((one, other) => other - one));
});

test("S0.9 each script of the shell that a page starts with is named by its HTML, React's too: none waits for another", async ({
  page,
  shell,
  platform,
}) => {
  const asked: string[] = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (/^\/_next\/static\/.+\.js$/.test(pathname)) asked.push(pathname);
  });
  const html = await (await fetch(`${platform.shellUrl}/`)).text();
  const named = [...html.matchAll(/src="(\/_next\/static\/[^"]+\.js)"/g)].map(([, path]) => path);
  expect(named).toContainEqual(expect.stringMatching(/\/framework-/));
  await page.goto("/");
  await shell.hydrated();
  expect(asked.length).toBeGreaterThan(5);
  expect(asked.filter((path) => !named.includes(path))).toEqual([]);
});
