import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPerson, type Person } from "../person.ts";
import { supports } from "../support-table.ts";
import { freshTokens } from "../tokens.ts";
import { type ClientRegistration, followGuide, type Workbench } from "../workbench.ts";

const clientSecret = "a-secret-of-more-than-32-characters-x";
const boundClient: ClientRegistration = {
  clientId: "holds-a-key",
  clientSecret,
  grantTypes: ["client_credentials"],
  scopes: ["profile:read"],
  dpopBoundAccessTokens: true,
};

describe("docs/clients/microservice.md", () => {
  let bench: Workbench;
  let person: Person;
  let api: string;
  let tokens: Awaited<ReturnType<typeof freshTokens>>;
  beforeAll(async () => {
    bench = await followGuide("microservice", { otherClients: [boundClient] });
    person = await createPerson(bench.identity);
    tokens = await freshTokens(bench.identity, person);
    await bench.serve("api.mjs");
    api = bench.appUrl;
  });
  afterAll(() => bench.close());

  async function ask(token?: string): Promise<Response> {
    return fetch(api, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
  }

  it("S3.10 the service accepts a user's access token and knows who it is", async () => {
    const response = await ask(tokens.api);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ user: person.id, roles: ["member"] });
  });

  it("S3.10 the service refuses no token, an ID token, and a token for another resource", async () => {
    expect((await ask()).status).toBe(401);
    for (const token of [tokens.id, tokens.otherResource, `${tokens.api}x`, "opaque"]) {
      const response = await ask(token);
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toContain('error="invalid_token"');
    }
  });

  it("S3.10 the service refuses a token that is bound to its holder's key, sent as if it were not", async () => {
    const config = await oidc.discovery(
      new URL(bench.identity.issuer),
      boundClient.clientId,
      clientSecret,
      undefined,
      { execute: [oidc.allowInsecureRequests] },
    );
    const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair());
    const bound = await oidc.clientCredentialsGrant(config, { scope: "profile:read" }, { DPoP });
    expect((await ask(bound.access_token)).status).toBe(401);
  });

  it("S3.10 the service tells a token that does not allow this from one that is not valid", async () => {
    const response = await ask(tokens.withoutScope);
    expect(response.status).toBe(403);
    expect(response.headers.get("www-authenticate")).toContain('error="insufficient_scope"');
  });

  supports("oauth4webapi", "introspect", async () => {
    const introspect = async (): Promise<unknown> => {
      const program = await bench.start("introspect.mjs", { TOKEN: tokens.api });
      return JSON.parse(await program.ended());
    };
    expect(await introspect()).toMatchObject({ active: true, sub: person.id });
    await tokens.end();
    expect(await introspect()).toEqual({ active: false });
  });

  it("every block of the guide was run", () => {
    expect(bench.notRun()).toEqual([]);
  });
});
