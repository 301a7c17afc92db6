import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPerson, type Person } from "../person.ts";
import { supports } from "../support-table.ts";
import { followGuide, type Workbench } from "../workbench.ts";

const headers = { "x-requested-with": "orders" };

describe("docs/clients/bff.md", () => {
  let bench: Workbench;
  let person: Person;
  beforeAll(async () => {
    // Less than the half minute before the end in which the guide's code refreshes.
    bench = await followGuide("bff", { accessTokenTtlSeconds: 20 });
    person = await createPerson(bench.identity);
    const api = await bench.serveApi();
    await bench.serve("server.mjs", { API_URL: api, SESSION_SECRET: "only for this test" });
  });
  afterAll(() => bench.close());

  const profile = (): Promise<Response> => person.browser.fetch(`${bench.appUrl}/api/profile`, { headers });

  supports("openid-client", "sign-in", async () => {
    const page = await person.signInFrom(`${bench.appUrl}/sign-in`);
    expect(page.url.href).toBe(`${bench.appUrl}/`);
    expect(JSON.parse(page.text)).toMatchObject({ sub: person.id });
    expect(JSON.stringify(person.browser.cookies.toJSON())).not.toContain("eyJ");
  });

  it("S3.10 the backend's API takes no call without its header, and none without a session", async () => {
    expect((await person.browser.fetch(`${bench.appUrl}/api/profile`)).status).toBe(403);
    expect((await fetch(`${bench.appUrl}/api/profile`, { headers })).status).toBe(401);
  });

  supports("openid-client", "refresh", async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, profile));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await profile()).status).toBe(200);
    const actions = await bench.identity.auditedActions();
    expect(actions.filter((action) => action === "token.refresh_token").length).toBeGreaterThanOrEqual(2);
    expect(actions).not.toContain("token.reuse");
  });

  supports("openid-client", "revoke", async () => {
    const address = `${bench.appUrl}/api/sign-out`;
    const response = await person.browser.fetch(address, { method: "POST", headers });
    const { location } = (await response.json()) as { location: string };
    expect(await bench.identity.auditedActions()).toContain("token.revoke");
    expect((await profile()).status).toBe(401);
    const page = await person.browser.open(location);
    expect(page.url.origin).toBe(bench.identity.issuer);
    expect(page.response?.status).toBe(200);
  });

  it("every block of the guide was run", () => {
    expect(bench.notRun()).toEqual([]);
  });
});
