import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@mullion/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPerson, type Person } from "../person.ts";
import { supports } from "../support-table.ts";
import { followGuide, type Workbench } from "../workbench.ts";

describe("docs/clients/nextjs.md", () => {
  let bench: Workbench;
  let person: Person;
  beforeAll(async () => {
    bench = await followGuide("nextjs", { accessTokenTtlSeconds: 20 });
    person = await createPerson(bench.identity);
    for (const name of ["lib/auth.mjs", "pages/api/auth/[...nextauth].mjs", "pages/api/profile.mjs"]) {
      await bench.folder.write(name);
    }
    const server = join(bench.folder.path, "tiny-next.mjs");
    await copyFile(new URL("../tiny-next.mjs", import.meta.url), server);
    const program = bench.folder.launch(process.execPath, [server, bench.env["PORT"] ?? ""], {
      ...bench.env,
      API_URL: await bench.serveApi(),
      NEXTAUTH_URL: bench.appUrl,
      NEXTAUTH_SECRET: "a-secret-of-more-than-32-characters-x",
    });
    await program.printed("listening");
  });
  afterAll(() => bench.close());

  async function get(path: string): Promise<{ status: number; body: Record<string, unknown>; text: string }> {
    const response = await person.browser.fetch(bench.appUrl + path);
    const text = await response.text();
    return { status: response.status, body: JSON.parse(text) as Record<string, unknown>, text };
  }

  async function post(path: string): Promise<Page> {
    const { body } = await get("/api/auth/csrf");
    const until = (url: URL): boolean => url.href === `${bench.appUrl}/`;
    const form = new URLSearchParams({ csrfToken: String(body["csrfToken"]), callbackUrl: "/" });
    const address = bench.appUrl + path;
    const page = await person.browser.open(address, { method: "POST", body: form, until });
    if (page.url.origin !== bench.identity.issuer) return page;
    return person.signInAt(page, until);
  }

  supports("next-auth", "sign-in", async () => {
    const page = await post("/api/auth/signin/mullion");
    expect(page.url.href).toBe(`${bench.appUrl}/`);
    const { body, text } = await get("/api/auth/session");
    expect(body).toMatchObject({ user: { id: person.id, email: person.email } });
    expect(text).not.toContain("eyJ");
    expect(await get("/api/profile")).toMatchObject({ status: 200, body: { user: person.id } });
  });

  supports("next-auth", "refresh", async () => {
    // Tokens are refreshed half a minute before they expire; these live for less, so every call is a refresh.
    for (const _call of [1, 2, 3]) {
      expect(await get("/api/profile")).toMatchObject({ status: 200, body: { user: person.id } });
    }
    const actions = await bench.identity.auditedActions();
    expect(actions.filter((action) => action === "token.refresh_token").length).toBeGreaterThanOrEqual(3);
  });

  supports("next-auth", "revoke", async () => {
    await post("/api/auth/signout");
    expect((await get("/api/auth/session")).body).toEqual({});
    expect((await get("/api/profile")).status).toBe(401);
    expect(await bench.identity.auditedActions()).toContain("token.revoke");
  });

  it("every block of the guide was run", () => {
    expect(bench.notRun()).toEqual([]);
  });
});
