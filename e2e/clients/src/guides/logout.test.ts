import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPerson, type Person } from "../person.ts";
import type { Program } from "../program.ts";
import { supports } from "../support-table.ts";
import { followGuide, type Workbench } from "../workbench.ts";

describe("docs/clients/logout.md", () => {
  let bench: Workbench;
  let server: Program;
  beforeAll(async () => {
    bench = await followGuide("logout");
    server = await bench.serve("server.mjs");
  });
  afterAll(() => bench.close());

  async function signedIn(): Promise<Person> {
    const person = await createPerson(bench.identity);
    const page = await person.signInFrom(`${bench.appUrl}/sign-in`);
    expect(JSON.parse(page.text)).toBe(person.id);
    return person;
  }

  const whoIs = async ({ browser }: Person): Promise<unknown> =>
    JSON.parse(await (await browser.fetch(`${bench.appUrl}/`)).text());

  supports("openid-client", "logout", async () => {
    const person = await signedIn();
    const asked = await person.browser.open(`${bench.appUrl}/sign-out`, { method: "POST" });
    expect(asked.url.origin).toBe(bench.identity.issuer);
    const page = await person.press(asked, { logout: "yes" });
    expect(page.url.href).toMatch(`${bench.appUrl}/?state=`);
    expect(await whoIs(person)).toBeNull();
    // Identity does not remember the person either.
    const again = await person.browser.open(`${bench.appUrl}/sign-in`);
    expect(again.url.origin).toBe(bench.identity.issuer);
  });

  it("S3.1 S3.10 a sign-in that ends elsewhere ends the application's session", async () => {
    const person = await signedIn();
    const other = await signedIn();
    const asked = await person.browser.open(`${bench.identity.issuer}/session/end`);
    await person.press(asked, { logout: "yes" });
    await expect.poll(() => whoIs(person)).toBeNull();
    expect(server.output()).toContain("signed out elsewhere");
    expect(await whoIs(other)).toBe(other.id);
  });

  it("S3.10 nobody but identity can end a session", async () => {
    const person = await signedIn();
    for (const token of ["", "not-a-token", "eyJhbGciOiJub25lIn0.e30."]) {
      const body = new URLSearchParams({ logout_token: token });
      const address = `${bench.appUrl}/backchannel-logout`;
      expect((await fetch(address, { method: "POST", body })).status).toBe(400);
    }
    expect(await whoIs(person)).toBe(person.id);
  });

  it("every block of the guide was run", () => {
    expect(bench.notRun()).toEqual([]);
  });
});
