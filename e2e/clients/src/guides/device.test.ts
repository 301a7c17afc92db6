import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPerson, type Person } from "../person.ts";
import { supports } from "../support-table.ts";
import { followGuide, type Workbench } from "../workbench.ts";

describe("docs/clients/device.md", () => {
  let bench: Workbench;
  let person: Person;
  let env: Readonly<Record<string, string>>;
  beforeAll(async () => {
    bench = await followGuide("device");
    person = await createPerson(bench.identity);
    env = { API_URL: await bench.serveApi(), TOKEN_FILE: join(bench.folder.path, "token") };
  });
  afterAll(() => bench.close());

  async function run(command: string): Promise<string> {
    return (await bench.start("orders.mjs", env, { args: [command] })).ended();
  }

  supports("openid-client", "device", async () => {
    const program = await bench.start("orders.mjs", env, { args: ["login"] });
    const printed = await program.printed("or open ");
    const [, address = "", code = ""] = /Open (\S+) and enter (\S+)/.exec(printed) ?? [];
    const asked = await person.press(await person.browser.open(address), { user_code: code });
    expect(asked.text).toContain("Orders CLI");
    const signIn = await person.press(asked, { confirm: "yes" });
    await person.signInAt(signIn);
    expect(await program.ended()).toContain(`Signed in as ${person.id}`);
  });

  it("S3.10 the command line stays signed in, and its token is for its owner's eyes", async () => {
    const { mode } = await stat(env["TOKEN_FILE"] ?? "");
    expect(mode & 0o777).toBe(0o600);
    const first = await readFile(env["TOKEN_FILE"] ?? "", "utf8");
    expect(JSON.parse(await run("profile"))).toMatchObject({ user: person.id, client: "orders-cli" });
    expect(await readFile(env["TOKEN_FILE"] ?? "", "utf8")).not.toBe(first);
    expect(JSON.parse(await run("profile"))).toMatchObject({ user: person.id });
  });

  it("S3.10 the command line signs out", async () => {
    expect(await run("logout")).toContain("Signed out");
    expect(await bench.identity.auditedActions()).toContain("token.revoke");
  });

  it("every block of the guide was run", () => {
    expect(bench.notRun()).toEqual([]);
  });
});
