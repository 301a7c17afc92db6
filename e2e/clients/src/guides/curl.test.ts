import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Environment } from "../guide-folder.ts";
import { createPerson, type Person } from "../person.ts";
import { haveCommands, runShell } from "../shell.ts";
import { followGuide, type Workbench } from "../workbench.ts";

const commands = ["curl", "jq", "openssl"];
const canRun = await haveCommands(commands);
if (!canRun) {
  process.stderr.write(`\n!!! docs/clients/curl.md IS NOT TESTED HERE: it takes ${commands.join(", ")}\n\n`);
}

describe.skipIf(!canRun)("docs/clients/curl.md", () => {
  let bench: Workbench;
  let person: Person;
  let env: Environment;
  beforeAll(async () => {
    bench = await followGuide("curl");
    person = await createPerson(bench.identity);
    env = bench.env;
  });
  afterAll(() => bench.close());

  /** Runs the blocks in the order of the page, each with the variables of those before. */
  async function type(index: number): Promise<string> {
    const result = await runShell(bench.folder.shell(index), env);
    env = result.env;
    return result.output;
  }

  it("S3.1 S3.10 discovery and keys can be read", async () => {
    const printed = await type(0);
    expect(printed).toContain(`"issuer": "${bench.identity.issuer}"`);
    expect(printed).toMatch(/\S+ ES256\n/);
  });

  it("S3.2 S3.10 a code is got in a browser and redeemed by hand, and userinfo says who it was", async () => {
    const address = (await type(1)).trim();
    const page = await person.signInFrom(address, ({ port }) => port === "9");
    expect(page.url.searchParams.get("state")).toBe(env["STATE"]);
    env = { ...env, ANSWER: page.url.href };
    expect(JSON.parse(await type(2))).toMatchObject({ sub: person.id, aud: "try-out" });
    expect(JSON.parse(await type(3))).toMatchObject({ sub: person.id, email: person.email });
  });

  it("S3.2 S3.10 a refresh brings another refresh token", async () => {
    const { REFRESH_TOKEN: before } = env;
    await type(4);
    expect(env["REFRESH_TOKEN"]).toMatch(/^[\w-]{40,}$/);
    expect(env["REFRESH_TOKEN"]).not.toBe(before);
  });

  it("S3.1 S3.2 S3.10 the client gets a token for itself, and asks about both", async () => {
    await type(5);
    const printed = await type(6);
    expect(printed).toContain('"client_id": "try-out"');
    expect(printed).toContain(`"sub": "${person.id}"`);
    expect(printed).not.toContain('"active": false');
  });

  it("S3.1 S3.10 what was revoked is worth nothing", async () => {
    const [error = "", address = ""] = (await type(7)).trim().split("\n");
    expect(error).toBe("invalid_grant");
    const asked = await person.browser.open(address);
    const page = await person.press(asked, { logout: "yes" }, ({ port }) => port === "9");
    expect(page.url.href).toBe("http://localhost:9/");
  });

  it("every block of the guide was run", () => {
    expect(bench.notRun()).toEqual([]);
  });
});
