import { performance } from "node:perf_hooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browser } from "../../test/browser.ts";
import { password, startIdentity, type TestIdentity } from "../../test/identity.ts";
import { openSignIn, RelyingParty } from "../../test/relying-party.ts";

const known = "member@mullion.test";
const unknown = "nobody@mullion.test";

describe("the sign-in page", () => {
  let identity: TestIdentity;
  let shell: RelyingParty;
  let memberId: string;

  beforeAll(async () => {
    identity = await startIdentity({
      limits: {
        signInPerAddress: { max: 1000, windowSeconds: 60 },
        signInPerAccount: { max: 20, windowSeconds: 600 },
      },
    });
    shell = await RelyingParty.discover(identity);
    memberId = await identity.addUser(known, ["member"]);
  });
  afterAll(async () => {
    await identity.close();
  });

  async function attempt(email: string, secret = "wrong password"): Promise<Response> {
    const browser = new Browser();
    return browser.post(await openSignIn(browser, await shell.authorization()), { email, password: secret });
  }

  it("has labelled fields, one button, the shared stylesheet and no script", async () => {
    const { response } = await new Browser().follow((await shell.authorization()).url);
    const page = await response.text();
    expect(page).toContain('<label class="mu-field__label" for="email">Email</label>');
    expect(page).toContain('<label class="mu-field__label" for="password">Password</label>');
    expect(page).toMatch(/<button [^>]*type="submit">Sign in<\/button>/);
    expect(page).not.toContain("<script");
    const href = /rel="stylesheet" href="([^"]+)"/.exec(page)?.[1] ?? "";
    const stylesheet = await fetch(`${identity.issuer}${href}`);
    expect(stylesheet.headers.get("cache-control")).toContain("immutable");
    expect(await stylesheet.text()).toContain(".mu-button--primary");
  });

  it("is never stored, framed or given foreign content; its form may end only at the client", async () => {
    const { response } = await new Browser().follow((await shell.authorization()).url);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("form-action 'self' http://localhost:3000;");
  });

  it("escapes what the client sends along", async () => {
    const { url } = await shell.authorization(undefined, { login_hint: '"><script>alert(1)</script>' });
    const { response } = await new Browser().follow(url);
    expect(await response.text()).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
  });

  it("SEC-59 gives the same answer for a known and an unknown address", async () => {
    const [one, other] = [await attempt(known), await attempt(unknown)];
    const strip = async (response: Response, email: string): Promise<string> =>
      (await response.text()).replaceAll(email, "").replaceAll(/interaction\/[\w-]+/g, "");
    expect(one.status).toBe(422);
    expect(other.status).toBe(one.status);
    const page = await strip(one, known);
    expect(page).toContain("The e-mail address or password is wrong.");
    expect(await strip(other, unknown)).toBe(page);
  });

  it("SEC-59 takes as long for an unknown address as for a known one", async () => {
    async function attemptMs(email: string): Promise<number> {
      const browser = new Browser();
      const form = await openSignIn(browser, await shell.authorization());
      const start = performance.now();
      await browser.post(form, { email, password: "wrong password" });
      return performance.now() - start;
    }
    const times: Record<string, number[]> = { [known]: [], [unknown]: [] };
    await attemptMs(unknown);
    // In turn, so that whatever else the machine does slows both down.
    for (let n = 0; n < 9; n += 1) {
      for (const email of [unknown, known]) times[email]?.push(await attemptMs(email));
    }
    const median = (email: string): number => times[email]?.toSorted((a, b) => a - b)[4] ?? 0;
    const ratio = median(unknown) / median(known);
    // Without the same work for both it is a tenth.
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  });

  it("takes an address in any case, tells insights of success and failure, and notes both in the audit log", async () => {
    identity.events.length = 0;
    await attempt("MEMBER@mullion.test", password);
    await attempt(known);
    await attempt(unknown);
    expect(identity.events).toMatchObject([
      { type: "signin", userId: memberId, outcome: "success" },
      { type: "signin", userId: memberId, outcome: "failure" },
      { type: "signin", userId: "unknown", outcome: "failure" },
    ]);
    expect((await identity.auditedActions()).slice(-3)).toEqual([
      "signin.success",
      "signin.failure",
      "signin.failure",
    ]);
  });

  it.each([
    ["another origin", { origin: "https://evil.example" }],
    ["no origin", {}],
    ["an opaque origin", { origin: "null" }],
    ["another site by Fetch Metadata", { "sec-fetch-site": "cross-site", origin: "http://localhost:3000" }],
    ["another port of this host", { "sec-fetch-site": "same-site", origin: "http://localhost:3000" }],
  ])("refuses a form sent from %s", async (_what, headers) => {
    const browser = new Browser();
    const form = await openSignIn(browser, await shell.authorization());
    const response = await browser.post(form, { email: known, password }, headers);
    expect(response.status).toBe(403);
    expect(response.headers.get("location")).toBeNull();
  });

  it("explains itself to a browser that did not begin the sign-in", async () => {
    const form = await openSignIn(new Browser(), await shell.authorization());
    const response = await new Browser().post(form, { email: known, password });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("This sign-in has expired");
  });

  it.each([{}, { email: known }, { email: known, password: "x".repeat(300) }, { password }])(
    "answers an incomplete or oversized form like a wrong one",
    async (fields) => {
      const browser = new Browser();
      const form = await openSignIn(browser, await shell.authorization());
      const response = await browser.post(form, fields);
      expect(response.status).toBe(422);
    },
  );

  it("shows a page, not JSON, to people at an unknown address", async () => {
    const response = await new Browser().get(`${identity.issuer}/nothing-here`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("Page not found");
    const forPrograms = await fetch(`${identity.issuer}/nothing-here`, {
      headers: { accept: "application/json" },
    });
    expect(await forPrograms.json()).toMatchObject({ status: 404, code: "not_found" });
  });
});

describe("limits on signing in", () => {
  let identity: TestIdentity;
  let shell: RelyingParty;

  beforeAll(async () => {
    identity = await startIdentity({
      limits: {
        signInPerAddress: { max: 12, windowSeconds: 600 },
        signInPerAccount: { max: 3, windowSeconds: 600 },
      },
    });
    shell = await RelyingParty.discover(identity);
    await identity.addUser(known, ["member"]);
  });
  afterAll(async () => {
    await identity.close();
  });

  async function attempt(email: string, secret: string): Promise<Response> {
    const browser = new Browser();
    return browser.post(await openSignIn(browser, await shell.authorization()), { email, password: secret });
  }

  it("an account takes so many wrong passwords, then not even the right one; a success begins anew", async () => {
    await attempt(known, "wrong");
    expect((await attempt(known, password)).status).toBe(303);
    for (let n = 0; n < 3; n += 1) expect((await attempt(known, "wrong")).status).toBe(422);
    const refused = await attempt(known, password);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(500);
    expect(await refused.text()).toContain("Too many attempts. Try again in 10 minutes.");
  });

  it("an address takes so many attempts whatever the account, also at the same time", async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => attempt(`someone-${String(n)}@mullion.test`, "wrong")),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 422).length).toBe(6);
    expect(statuses.filter((status) => status === 429).length).toBe(6);
  });
});
