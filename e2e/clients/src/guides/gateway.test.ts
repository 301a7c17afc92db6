import { readFile, writeFile } from "node:fs/promises";
import { findNginx } from "@mullion/local";
import { freePort } from "@mullion/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fillIn } from "../guide.ts";
import { createPerson, type Person } from "../person.ts";
import { type FreshTokens, freshTokens } from "../tokens.ts";
import { followGuide, type Workbench } from "../workbench.ts";

const nginx = await findNginx();
const own = "the gateway of one's own";

describe("docs/clients/gateway.md", () => {
  let bench: Workbench;
  let person: Person;
  let tokens: FreshTokens;
  let nginxUrl: string;

  async function startNginx(apiUrl: string): Promise<void> {
    const [checkPort, port] = [String(await freePort()), String(await freePort())];
    await bench.serve("neighbour.mjs", { PORT: checkPort });
    const file = await bench.folder.write("nginx.conf");
    const values = { PORT: port, CHECK_URL: `http://127.0.0.1:${checkPort}`, API_URL: apiUrl };
    await writeFile(file, fillIn(await readFile(file, "utf8"), values));
    nginxUrl = `http://127.0.0.1:${port}`;
    if (nginx === null) return;
    const program = bench.folder.launch(nginx.command, ["-p", bench.folder.path, "-c", file], nginx.env);
    await program.printed("start worker processes");
  }

  beforeAll(async () => {
    bench = await followGuide("gateway");
    person = await createPerson(bench.identity);
    tokens = await freshTokens(bench.identity, person);
    await bench.folder.write("check.mjs");
    const api = await bench.serveApi();
    await bench.serve("gateway.mjs", { API_URL: api });
    await startNginx(api.replace("localhost", "127.0.0.1"));
  });
  afterAll(() => bench.close());

  describe.each(nginx === null ? [own] : [own, "nginx"])("%s", (which) => {
    async function ask(token?: string, path = "/profile", method = "GET"): Promise<Response> {
      const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
      return fetch((which === own ? bench.appUrl : nginxUrl) + path, { method, headers });
    }

    it("S3.10 hands a call with a valid token on to the service, which knows the user", async () => {
      const response = await ask(tokens.api);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ user: person.id });
    });

    it("S3.10 refuses what is no access token for its audience, and what lacks the scope", async () => {
      expect((await ask()).status).toBe(401);
      for (const token of [tokens.id, tokens.otherResource, "opaque"]) {
        const response = await ask(token);
        expect(response.status).toBe(401);
        expect(response.headers.get("www-authenticate")).toContain("invalid_token");
      }
      expect((await ask(tokens.withoutScope)).status).toBe(403);
    });

    it("S3.10 hands nothing on that is no route", async () => {
      expect((await ask(tokens.api, "/other")).status).toBe(404);
      expect([403, 404]).toContain((await ask(tokens.api, "/profile", "DELETE")).status);
      expect((await ask(tokens.api, "/_check")).status).toBe(404);
    });
  });

  it("every block of the guide was run", () => {
    expect(bench.notRun()).toEqual([]);
  });
});
