import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { visitAccount } from "../../test/account.ts";
import { Browser } from "../../test/browser.ts";
import { clients, partnerRedirectUri, password } from "../../test/identity.ts";
import { RelyingParty } from "../../test/relying-party.ts";
import { type FederatedIdentity, signInWith, startFederatedIdentity } from "../../test/upstream-journey.ts";

const email = "member@mullion.test";
const partnerOrigin = new URL(partnerRedirectUri).origin;

describe("every page", () => {
  let all: FederatedIdentity;
  let issuer: string;
  /** The pages by name, as a browser got them. */
  const pages = new Map<string, { headers: Headers; text: string }>();

  async function keep(name: string, response: Response): Promise<Response> {
    pages.set(name, { headers: response.headers, text: await response.clone().text() });
    return response;
  }

  async function collectSignIn(): Promise<void> {
    const browser = new Browser();
    const partner = await RelyingParty.discover(all.identity, clients.partner, partnerRedirectUri);
    const { url, response } = await browser.follow((await partner.authorization("openid profile")).url);
    await keep("sign-in", response);
    await keep("wrong password", await browser.post(`${url}/sign-in`, { email, password: "wrong" }));
    await keep("register", await browser.get(`${url}/register`));
    await keep("forgot password", await browser.get(`${url}/forgot-password`));
    const consent = await browser.follow(await browser.post(`${url}/sign-in`, { email, password }));
    await keep("consent", consent.response);
    await keep("sign out?", await browser.get(`${issuer}/session/end`));
    await keep("signed out", await browser.get(`${issuer}/session/end/success`));
    await keep("another step", await browser.get(`${url}/register`));
  }

  async function collectAccount(): Promise<void> {
    const { browser } = await visitAccount(all.identity, email);
    const paths = ["", "/name", "/email", "/password", "/devices", "/linked-accounts", "/apps", "/delete"];
    for (const path of paths) {
      await keep(`account${path}`, await browser.get(`${issuer}/account${path}`));
    }
    await keep("refused name", await browser.post(`${issuer}/account/name`, { name: "" }));
    await keep(
      "foreign form",
      await browser.post(`${issuer}/account/name`, { name: "x" }, { origin: "https://evil.example" }),
    );
    await keep("account signed out", await browser.get(`${issuer}/account/signed-out`));
  }

  beforeAll(async () => {
    all = await startFederatedIdentity();
    ({ issuer } = all.identity);
    await all.identity.addUser(email, ["member"]);
    await collectSignIn();
    await collectAccount();
    const browser = new Browser();
    await keep("not found", await browser.get(`${issuer}/nothing-here`));
    await keep("unknown client", await browser.get(`${issuer}/auth?client_id=nobody&response_type=code`));
    await keep(
      "provider's answer without a question",
      await browser.get(`${issuer}/federation/google/callback?state=x`),
    );
    await keep("dead link", await browser.get(`${issuer}/verify-email?token=x`));
    await keep("device", await browser.get(`${issuer}/device`));
    all.google.account = { sub: "1", email: "x@example.test", email_verified: false };
    const visitor = new Browser();
    const { page: text } = await signInWith(all, "google", visitor);
    pages.set("unverified", { headers: visitor.answers.at(-1)?.headers ?? new Headers(), text });
  });
  afterAll(async () => {
    await all.close();
  });

  it("passes the same headers: nothing foreign is loaded, nothing is stored, framed or guessed", () => {
    expect(pages.size).toBeGreaterThan(20);
    for (const [name, { headers, text }] of pages) {
      expect.soft(text, name).toMatch(/^<!doctype html>/i);
      const policy = headers.get("content-security-policy") ?? "";
      expect
        .soft(policy.replace(/form-action 'self'[^;]*/, "form-action 'self'"), name)
        .toBe(
          "default-src 'none'; style-src 'self'; img-src data:; script-src 'self'; form-action 'self'; " +
            "base-uri 'none'; frame-ancestors 'none'",
        );
      expect.soft(Object.fromEntries(headers), name).toMatchObject({
        "cache-control": "no-store",
        "content-type": expect.stringMatching(/^text\/html; charset=utf-8$/i) as unknown,
        "cross-origin-opener-policy": "same-origin",
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
      });
      expect.soft(headers.get("server"), name).toBeNull();
      expect.soft(headers.get("x-powered-by"), name).toBeNull();
    }
  });

  it("lets its forms end at identity, and at the client only where they go on to it", () => {
    for (const [name, { headers }] of pages) {
      const targets = /form-action 'self'([^;]*)/
        .exec(headers.get("content-security-policy") ?? "")?.[1]
        ?.trim();
      const goesOn = ["sign-in", "wrong password", "consent"].includes(name);
      expect.soft(targets, name).toBe(goesOn ? partnerOrigin : "");
    }
  });

  it("works without scripts and inline styles, and says its language and title", () => {
    for (const [name, { text }] of pages) {
      expect.soft(text, name).toContain('<html lang="en">');
      expect.soft(text, name).toMatch(/<title>[^<]+ · Mullion<\/title>/);
      expect.soft(text, name).not.toMatch(/<script|\son\w+=|\sstyle=/);
      expect.soft(text.match(/<h1[ >]/g), name).toHaveLength(1);
    }
  });

  it("has a label for every field, and a name on every button and link", () => {
    for (const [name, { text }] of pages) {
      for (const [, id] of text.matchAll(/<input(?![^>]*type="hidden")[^>]* id="([^"]+)"/g)) {
        expect.soft(text, name).toContain(`<label class="mu-field__label" for="${id ?? ""}">`);
      }
      for (const [, attributes = "", content = ""] of text.matchAll(
        /<(?:button|a)([^>]*)>(.*?)<\/(?:button|a)>/gs,
      )) {
        const words = content.replace(/<svg.*?<\/svg>|<[^>]+>/gs, "").trim();
        expect.soft(words !== "" || attributes.includes("aria-label="), `${name}: ${content}`).toBe(true);
      }
    }
  });
});
