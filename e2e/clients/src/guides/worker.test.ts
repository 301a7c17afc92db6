import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPerson, type Person } from "../person.ts";
import { supports } from "../support-table.ts";
import { type FreshTokens, freshTokens } from "../tokens.ts";
import { followGuide, type Workbench } from "../workbench.ts";

describe("docs/clients/worker.md", () => {
  let bench: Workbench;
  let person: Person;
  let tokens: FreshTokens;
  let api: string;
  beforeAll(async () => {
    bench = await followGuide("worker");
    person = await createPerson(bench.identity);
    tokens = await freshTokens(bench.identity, person);
    api = await bench.serveApi();
  });
  afterAll(() => bench.close());

  async function work(env: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
    const program = await bench.start("worker.mjs", { API_URL: api, USER_TOKEN: tokens.api, ...env });
    return JSON.parse(await program.ended()) as Record<string, unknown>;
  }

  supports("openid-client", "token exchange", async () => {
    expect(await work({})).toMatchObject({
      status: 200,
      user: person.id,
      client: "report-worker",
      act: { sub: "report-worker" },
    });
  });

  it("S3.10 the worker gets no scope that the user's token does not have", async () => {
    expect(await work({ SCOPE: "profile:read profile:write" })).toMatchObject({ error: "invalid_scope" });
  });

  it("S3.10 the worker gets nothing for a sign-in that is over", async () => {
    await tokens.end();
    expect(await work({})).toMatchObject({ error: "invalid_request" });
  });

  it("every block of the guide was run", () => {
    expect(bench.notRun()).toEqual([]);
  });
});
