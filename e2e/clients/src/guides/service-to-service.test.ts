import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { supports } from "../support-table.ts";
import { followGuide, type Workbench } from "../workbench.ts";

describe("docs/clients/service-to-service.md", () => {
  let bench: Workbench;
  let api: string;
  beforeAll(async () => {
    bench = await followGuide("service-to-service", { makes: "make-key.mjs" });
    api = await bench.serveApi();
  });
  afterAll(() => bench.close());

  async function run(name: string, env = {}): Promise<string> {
    return (await bench.start(name, { API_URL: api, ...env })).ended();
  }

  supports("oauth4webapi", "client credentials", async () => {
    const printed = await run("report.mjs");
    expect(printed.trim().split("\n")).toHaveLength(2);
    expect(printed).toMatch(/^200 .*"user":"nightly-report"/);
    const actions = await bench.identity.auditedActions();
    expect(actions.filter((action) => action === "token.client_credentials")).toHaveLength(1);
  });

  supports("simple-oauth2", "client credentials", async () => {
    expect(await run("report-simple-oauth2.mjs")).toMatch(/^200 .*"user":"nightly-report"/);
  });

  supports("openid-client", "client credentials", async () => {
    const client = bench.clientEnv("nightly-backup");
    expect(await run("backup.mjs", client)).toMatch(/^200 .*"user":"nightly-backup"/);
  });

  it("S3.10 a token says no more than the client's entry allows", async () => {
    const { CLIENT_ID: id = "", CLIENT_SECRET: secret = "" } = bench.env;
    const response = await fetch(`${bench.identity.issuer}/token`, {
      method: "POST",
      headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}` },
      body: new URLSearchParams({ grant_type: "client_credentials", scope: "insights:read" }),
    });
    const { access_token: token } = (await response.json()) as { access_token: string };
    const answer = await fetch(api, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(403);
  });

  it("every block of the guide was run", () => {
    expect(bench.notRun()).toEqual([]);
  });
});
