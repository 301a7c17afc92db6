import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPerson, type Person } from "../person.ts";
import { type FreshTokens, freshTokens } from "../tokens.ts";
import { followGuide, type Workbench } from "../workbench.ts";

describe("docs/clients/gateway.md", () => {
  let bench: Workbench;
  let person: Person;
  let tokens: FreshTokens;
  beforeAll(async () => {
    bench = await followGuide("gateway");
    person = await createPerson(bench.identity);
    tokens = await freshTokens(bench.identity, person);
    await bench.serve("gateway.mjs", { API_URL: await bench.serveApi() });
  });
  afterAll(() => bench.close());

  async function ask(token?: string, path = "/profile"): Promise<Response> {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return fetch(bench.appUrl + path, { headers });
  }

  it("S3.10 the gateway hands a call with a valid token on to the service, which knows the user", async () => {
    const response = await ask(tokens.api);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ user: person.id });
  });

  it("S3.10 the gateway refuses what is no access token for its audience, and what lacks the scope", async () => {
    expect((await ask()).status).toBe(401);
    for (const token of [tokens.id, tokens.otherResource, "opaque"]) {
      const response = await ask(token);
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toContain("invalid_token");
    }
    expect((await ask(tokens.withoutScope)).status).toBe(403);
    expect((await ask(tokens.api, "/other")).status).toBe(404);
  });

  it("every block of the guide was run", () => {
    expect(bench.notRun()).toEqual([]);
  });
});
