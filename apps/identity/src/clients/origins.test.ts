import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIdentity, type TestIdentity } from "../../test/identity.ts";

const app = "https://app.example";
const other = "https://other.example";
const spa = (clientId: string, origin: string) => ({
  clientId,
  tokenEndpointAuthMethod: "none" as const,
  grantTypes: ["authorization_code" as const],
  redirectUris: [`${origin}/callback`],
  origins: [origin],
});

describe("scripts of other origins", () => {
  let identity: TestIdentity;
  beforeAll(async () => {
    identity = await startIdentity({ extraClients: [spa("app", app), spa("other", other)] });
  });
  afterAll(async () => {
    await identity.close();
  });

  /** A token request as a script of the origin makes it for the client; the code is nobody's. */
  function redeem(clientId: string, origin: string): Promise<Response> {
    return fetch(`${identity.url}/token`, {
      method: "POST",
      headers: { origin },
      body: new URLSearchParams({
        grant_type: "authorization_code",
        client_id: clientId,
        code: "unknown",
        code_verifier: "v".repeat(43),
        redirect_uri: `${origin}/callback`,
      }),
    });
  }

  it("S4.5 read answers of the token endpoint from a registered origin of their own client, without cookies", async () => {
    const response = await redeem("app", app);
    expect(response.headers.get("access-control-allow-origin")).toBe(app);
    expect(response.headers.get("access-control-allow-credentials")).toBeNull();
    expect(response.headers.get("vary")?.toLowerCase()).toContain("origin");
    expect(await response.json()).toMatchObject({ error: "invalid_grant" });
  });

  it.each([
    ["an origin that is another client's", "app", other],
    ["a foreign origin", "app", "https://evil.example"],
    ["a subdomain", "app", "https://evil.app.example"],
    ["a host that begins like it", "app", "https://app.example.evil.example"],
    ["plain http", "app", "http://app.example"],
    ["another port", "app", "https://app.example:8443"],
    ["an opaque origin", "app", "null"],
    ["a client that has no origins", "mullion-shell", app],
  ])("S4.5 read nothing from %s", async (_what, clientId, origin) => {
    const response = await redeem(clientId, origin);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    await response.body?.cancel();
  });
});
