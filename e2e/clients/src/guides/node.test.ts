import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPerson } from "../person.ts";
import type { Program } from "../program.ts";
import { supports } from "../support-table.ts";
import { followGuide, type Workbench } from "../workbench.ts";

const sessionSecret = { SESSION_SECRET: "only for this test" };

describe("docs/clients/node.md", () => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await followGuide("node", { accessTokenTtlSeconds: 20 });
  });
  afterAll(() => bench.close());

  async function actions(name: string): Promise<number> {
    const all = await bench.identity.auditedActions();
    return all.filter((action) => action === name).length;
  }

  supports("passport-openidconnect", "sign-in", async () => {
    const server = await bench.serve("passport.mjs", sessionSecret);
    const person = await createPerson(bench.identity);
    const page = await person.signInFrom(`${bench.appUrl}/sign-in`);
    expect(page.url.href).toBe(`${bench.appUrl}/`);
    expect(JSON.parse(page.text)).toMatchObject({ id: person.id });
    await server.stop();
  });

  describe("simple-oauth2", () => {
    let server: Program;
    let person: Awaited<ReturnType<typeof createPerson>>;
    beforeAll(async () => {
      server = await bench.serve("simple.mjs", { ...bench.clientEnv("orders-simple"), ...sessionSecret });
      person = await createPerson(bench.identity);
    });
    afterAll(() => server.stop());

    supports("simple-oauth2", "sign-in", async () => {
      const page = await person.signInFrom(`${bench.appUrl}/sign-in`);
      expect(page.url.href).toBe(`${bench.appUrl}/`);
    });

    supports("simple-oauth2", "userinfo", async () => {
      const answer = await person.browser.fetch(bench.appUrl);
      expect(await answer.json()).toMatchObject({ sub: person.id, email: person.email });
    });

    supports("simple-oauth2", "refresh", async () => {
      const before = await actions("token.refresh_token");
      expect((await person.browser.fetch(bench.appUrl)).status).toBe(200);
      expect(await actions("token.refresh_token")).toBe(before + 1);
    });

    supports("simple-oauth2", "revoke", async () => {
      await person.browser.fetch(`${bench.appUrl}/sign-out`, { method: "POST" });
      expect(await actions("token.revoke")).toBe(1);
      expect(await (await person.browser.fetch(bench.appUrl)).json()).toBeNull();
    });
  });

  it("every block of the guide was run", () => {
    expect(bench.notRun()).toEqual([]);
  });
});
