import { once } from "node:events";
import { createServer } from "node:http";
import { apiAudience } from "@mullion/contracts";
import { createTestIssuer, type TestIssuer } from "@mullion/testing";
import { afterEach, beforeEach, expect, it, onTestFinished } from "vitest";
import { createIntrospection, type Introspection } from "./introspection.ts";

let issuer: TestIssuer;

beforeEach(async () => {
  issuer = await createTestIssuer();
});

afterEach(() => issuer.close());

function introspectionAt(url: string): Introspection {
  return createIntrospection({ issuer: url, clientId: "gateway", clientSecret: "secret", timeoutMs: 200 });
}

/** An issuer whose discovery document is right and whose introspection answers this; nothing, for null. */
async function startOddIssuer(answer: { status: number; body: unknown } | null): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url !== "/introspect") {
      const document = { issuer: url, introspection_endpoint: `${url}/introspect` };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(document));
    } else if (answer !== null) {
      response.writeHead(answer.status, { "content-type": "application/json" });
      response.end(JSON.stringify(answer.body));
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("not a TCP address");
  const url = `http://127.0.0.1:${String(address.port)}`;
  return url;
}

it("gives the claims of an active token, JWT or opaque", async () => {
  const claims = { sub: "ada", scope: "profile:read", roles: ["admin"] };
  for (const token of [await issuer.sign(claims), issuer.issueOpaque(claims)]) {
    expect(await introspectionAt(issuer.url).introspect(token, apiAudience)).toMatchObject(claims);
  }
});

it("makes a client that acts for itself its own subject", async () => {
  const token = issuer.issueOpaque({ sub: undefined, client_id: "mullion-shell" });
  const claims = await introspectionAt(issuer.url).introspect(token, apiAudience);
  expect(claims).toMatchObject({ sub: "mullion-shell", client_id: "mullion-shell" });
});

it("refuses what is not active, not for this audience, not of this issuer, or no access token", async () => {
  const introspection = introspectionAt(issuer.url);
  for (const [token, code] of [
    ["never-issued", "inactive_token"],
    [issuer.issueOpaque({ token_type: "N_A" }), "inactive_token"],
    [issuer.issueOpaque({ aud: "urn:other" }), "invalid_token"],
    [issuer.issueOpaque({ aud: undefined }), "invalid_token"],
    [issuer.issueOpaque({ iss: "https://other.example" }), "invalid_token"],
    [issuer.issueOpaque({ client_id: undefined }), "invalid_token"],
  ] as const) {
    await expect(introspection.introspect(token, apiAudience)).rejects.toMatchObject({ code });
  }
});

it.each([
  ["is down", { status: 503, body: {} }],
  ["does not know the client", { status: 401, body: { error: "invalid_client" } }],
  ["answers something else", { status: 200, body: { hello: "world" } }],
])("says that it cannot tell when the issuer %s", async (_what, answer) => {
  const introspection = introspectionAt(await startOddIssuer(answer));
  await expect(introspection.introspect("token", apiAudience)).rejects.toMatchObject({
    code: "introspection_unavailable",
  });
});

it("does not wait longer than its time for an issuer that does not answer", async () => {
  const introspection = introspectionAt(await startOddIssuer(null));
  const startedAt = performance.now();
  await expect(introspection.introspect("token", apiAudience)).rejects.toMatchObject({
    code: "introspection_unavailable",
  });
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});

it("asks an issuer that was down again at the next token", async () => {
  const introspection = introspectionAt(issuer.url);
  const token = issuer.issueOpaque();
  issuer.setDown(true);
  await expect(introspection.introspect(token, apiAudience)).rejects.toThrow();
  issuer.setDown(false);
  expect(await introspection.introspect(token, apiAudience)).toMatchObject({ sub: "user-1" });
});
