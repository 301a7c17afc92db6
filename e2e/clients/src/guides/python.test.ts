import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPerson, type Person } from "../person.ts";
import { findAuthlib } from "../python.ts";
import { supports } from "../support-table.ts";
import { followGuide, type Workbench } from "../workbench.ts";

const python = await findAuthlib();

describe.skipIf(python === null)("docs/clients/python.md", () => {
  let bench: Workbench;
  let person: Person;
  let env: Readonly<Record<string, string>>;
  const command = python?.command ?? "";
  beforeAll(async () => {
    bench = await followGuide("python", { accessTokenTtlSeconds: 20 });
    person = await createPerson(bench.identity);
    const api = await bench.serveApi();
    env = { ...python?.env, API_URL: api, AUTHLIB_INSECURE_TRANSPORT: "1" };
    await bench.serve("server.py", env, { command });
  });
  afterAll(() => bench.close());

  const get = (path: string): Promise<Response> => person.browser.fetch(bench.appUrl + path);

  supports("authlib", "sign-in", async () => {
    const page = await person.signInFrom(`${bench.appUrl}/sign-in`);
    expect(page.url.href).toBe(`${bench.appUrl}/profile`);
    expect(JSON.parse(page.text)).toMatchObject({ user: person.id });
  });

  supports("authlib", "refresh", async () => {
    const count = async (): Promise<number> => {
      const actions = await bench.identity.auditedActions();
      return actions.filter((action) => action === "token.refresh_token").length;
    };
    const before = await count();
    expect(await (await get("/profile")).json()).toMatchObject({ user: person.id });
    expect(await count()).toBe(before + 1);
  });

  supports("authlib", "introspect", async () => {
    expect(await (await get("/introspect")).json()).toMatchObject({ active: true, sub: person.id });
  });

  supports("authlib", "revoke", async () => {
    await get("/sign-out");
    expect(await bench.identity.auditedActions()).toContain("token.revoke");
    expect((await get("/profile")).status).toBe(401);
  });

  supports("authlib", "client credentials", async () => {
    const program = await bench.start("report.py", env, { command });
    expect(JSON.parse(await program.ended())).toMatchObject({ user: "orders-python" });
  });

  it("every block of the guide was run", () => {
    expect(bench.notRun()).toEqual([]);
  });
});
