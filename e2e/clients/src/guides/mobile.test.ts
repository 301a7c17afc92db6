import { createUserAgent, freePort } from "@mullion/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPerson } from "../person.ts";
import { followGuide, type Workbench } from "../workbench.ts";

const loopback = `http://127.0.0.1:${String(await freePort())}/callback`;

describe("docs/clients/mobile.md", () => {
  let bench: Workbench;
  let api: string;
  beforeAll(async () => {
    bench = await followGuide("mobile");
    api = await bench.serveApi();
  });
  afterAll(() => bench.close());

  it.each(["com.example.orders:/callback", loopback])(
    "S3.2 S3.10 an app without a secret signs in, refreshes and signs out by way of %s",
    async (redirectUri) => {
      const program = await bench.start("appauth.mjs", { API_URL: api, REDIRECT_URI: redirectUri });
      const printed = await program.printed(/open .*\n/);
      // Whoever signed in before would not be asked again.
      const person = await createPerson(bench.identity);
      const isAnswer = (url: URL): boolean => url.href.startsWith(redirectUri);
      const { url } = await person.signInFrom(printed.slice("open ".length).trim(), isAnswer);
      program.type(url.href);
      expect(await program.ended()).toContain(
        `signed in as ${person.id}\nafter a refresh the API answers 200\nsigned out\n`,
      );
    },
  );

  it("S3.10 an address that only looks like the app's is refused", async () => {
    const query = { client_id: "orders-app", response_type: "code", scope: "openid" };
    const pkce = { code_challenge: "x".repeat(43), code_challenge_method: "S256" };
    for (const redirect_uri of ["com.example.orders:/callback/", "http://localhost:8000/callback"]) {
      const address = new URL("/auth", bench.identity.issuer);
      address.search = new URLSearchParams({ ...query, ...pkce, redirect_uri }).toString();
      const page = await createUserAgent().open(address);
      expect(page.url.origin).toBe(bench.identity.issuer);
      expect(page.response?.status).toBe(400);
    }
  });

  it("every block of the guide was run", () => {
    expect(bench.notRun()).toEqual([]);
  });
});
