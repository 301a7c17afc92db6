import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signInToAdminApi } from "../../test/administrator.ts";
import { startIdentity, type TestIdentity } from "../../test/identity.ts";
import { RelyingParty, signIn } from "../../test/relying-party.ts";

const clientSecret = "a-secret-of-more-than-32-characters-x";
const redirectUri = "https://app.example/callback";
const client = (clientId: string, idTokenSignedResponseAlg: "ES256" | "RS256" | "EdDSA") => ({
  clientId,
  idTokenSignedResponseAlg,
  clientSecret,
  grantTypes: ["authorization_code" as const],
  redirectUris: [redirectUri],
  firstParty: true,
});
const eddsa = client("eddsa", "EdDSA");

describe("algorithms of ID tokens", () => {
  let identity: TestIdentity;
  let second: TestIdentity;

  beforeAll(async () => {
    identity = await startIdentity({ extraClients: [eddsa] });
    second = await startIdentity({ beside: identity });
    await identity.addUser("someone@mullion.test", ["member"]);
  });
  afterAll(async () => {
    await second.close();
    await identity.close();
  });

  async function jwks(at: TestIdentity): Promise<string[]> {
    const { keys } = (await (await fetch(`${at.url}/jwks`)).json()) as { keys: { alg: string }[] };
    return keys.map(({ alg }) => alg);
  }

  async function idTokenOf(registered: { clientId: string; clientSecret: string }): Promise<string> {
    const party = await RelyingParty.discover(identity, registered, redirectUri);
    const tokens = await signIn(party, "someone@mullion.test", { scope: "openid", resources: [] });
    return tokens.id_token;
  }

  async function verifiedAlg(idToken: string, clientId: string): Promise<string | undefined> {
    const keySet = createRemoteJWKSet(new URL(`${second.url}/jwks`));
    const { protectedHeader } = await jwtVerify(idToken, keySet, {
      issuer: identity.issuer,
      audience: clientId,
      algorithms: ["ES256", "RS256", "EdDSA"],
    });
    return protectedHeader.alg;
  }

  it("is ready once the keys that clients need are made, which takes no part of the start", async () => {
    await expect
      .poll(async () => (await fetch(`${identity.url}/readyz`)).json())
      .toMatchObject({
        status: "up",
        checks: { keys: "up" },
      });
    expect(new Set(await jwks(identity))).toEqual(new Set(["ES256", "EdDSA"]));
    expect(await verifiedAlg(await idTokenOf(eddsa), "eddsa")).toBe("EdDSA");
  });

  it("a client asks for RS256: its key is made with it, published everywhere, and access tokens stay ES256", async () => {
    const admin = await signInToAdminApi(identity, "clients:write");
    const { clientSecret: _, ...settings } = client("rs256", "RS256");
    const created = (await (await admin.call("POST", "/identity/clients", settings)).json()) as {
      clientSecret: string;
    };
    await expect.poll(() => jwks(second)).toContain("RS256");
    const registered = { clientId: "rs256", clientSecret: created.clientSecret };
    expect(await verifiedAlg(await idTokenOf(registered), "rs256")).toBe("RS256");

    const party = await RelyingParty.discover(identity, registered, redirectUri);
    const { access_token } = await signIn(party, "someone@mullion.test", { scope: "openid profile:read" });
    expect(decodeProtectedHeader(access_token).alg).toBe("ES256");
    expect(party.server.id_token_signing_alg_values_supported).toEqual(
      expect.arrayContaining(["ES256", "RS256", "EdDSA"]),
    );
  });
});
