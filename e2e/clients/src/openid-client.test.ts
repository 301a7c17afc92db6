import { startIdentity, type TestIdentity } from "@mullion/identity/testing";
import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createPerson, type Person } from "./person.ts";
import { supports } from "./support-table.ts";
import type { ClientRegistration } from "./workbench.ts";

const redirectUri = "http://localhost:9/callback";
const secret = "a-secret-of-more-than-32-characters-x";
const scope = "openid profile email offline_access";

const signsIn: Pick<ClientRegistration, "clientSecret" | "grantTypes" | "redirectUris" | "firstParty"> = {
  clientSecret: secret,
  grantTypes: ["authorization_code", "refresh_token"],
  redirectUris: [redirectUri],
  firstParty: true,
};

/** What the guides do not show: other algorithms, PAR, DPoP, somebody else's application. */
describe("openid-client", () => {
  let identity: TestIdentity;
  beforeAll(async () => {
    identity = await startIdentity({
      extraClients: [
        { ...signsIn, clientId: "with-rs256", idTokenSignedResponseAlg: "RS256" },
        { ...signsIn, clientId: "with-eddsa", idTokenSignedResponseAlg: "EdDSA" },
        { ...signsIn, clientId: "with-es256" },
        { ...signsIn, clientId: "of-somebody-else", name: "Somebody", firstParty: false },
        {
          ...signsIn,
          clientId: "with-par-and-dpop",
          requirePushedAuthorizationRequests: true,
          dpopBoundAccessTokens: true,
        },
      ],
    });
    // Keys for other algorithms than ES256 are made when a client needs them.
    const isReady = async (): Promise<boolean> => (await fetch(`${identity.issuer}/readyz`)).ok;
    await vi.waitUntil(isReady, { timeout: 20_000 });
  });
  afterAll(() => identity.close());

  async function discover(clientId: string): Promise<oidc.Configuration> {
    const metadata = { client_secret: secret };
    const config = await oidc.discovery(new URL(identity.issuer), clientId, metadata, undefined, {
      execute: [oidc.allowInsecureRequests],
    });
    // Otherwise it trusts the line that the ID token came over, and does not look at the signature.
    oidc.enableNonRepudiationChecks(config);
    return config;
  }

  async function request(extra: Readonly<Record<string, string>> = {}): Promise<{
    parameters: Record<string, string>;
    checks: oidc.AuthorizationCodeGrantChecks;
  }> {
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
    const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
    const code_challenge = await oidc.calculatePKCECodeChallenge(pkceCodeVerifier);
    return {
      checks: { pkceCodeVerifier, expectedState: state, expectedNonce: nonce },
      parameters: {
        ...{ redirect_uri: redirectUri, scope, state, nonce, code_challenge },
        code_challenge_method: "S256",
        ...extra,
      },
    };
  }

  const isAnswer = ({ port }: URL): boolean => port === "9";

  it.each([
    ["RS256", "with-rs256"],
    ["EdDSA", "with-eddsa"],
    ["ES256", "with-es256"],
  ])(
    "S3.10 verifies an ID token that is signed with %s, at sign-in and at refresh",
    async (alg, clientId) => {
      const config = await discover(clientId);
      const person = await createPerson(identity);
      const { parameters, checks } = await request();
      const page = await person.signInFrom(oidc.buildAuthorizationUrl(config, parameters).href, isAnswer);
      const tokens = await oidc.authorizationCodeGrant(config, page.url, checks);
      expect(tokens.claims()).toMatchObject({ sub: person.id, email: person.email });
      const fresh = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? "");
      for (const { id_token: idToken = "" } of [tokens, fresh]) {
        const header = JSON.parse(atob(idToken.split(".")[0] ?? "")) as unknown;
        expect(header).toMatchObject({ alg, kid: expect.any(String) as string });
      }
    },
  );

  describe("with PAR and DPoP", () => {
    let config: oidc.Configuration;
    let person: Person;
    let DPoP: oidc.DPoPHandle;
    let tokens: Awaited<ReturnType<typeof oidc.authorizationCodeGrant>>;
    beforeAll(async () => {
      config = await discover("with-par-and-dpop");
      person = await createPerson(identity);
      DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair());
    });

    it("S3.10 signs in with a request that the browser never sees, and gets tokens bound to its key", async () => {
      const { parameters, checks } = await request();
      const url = await oidc.buildAuthorizationUrlWithPAR(config, parameters, { DPoP });
      expect([...url.searchParams.keys()].sort()).toEqual(["client_id", "request_uri"]);
      const page = await person.signInFrom(url.href, isAnswer);
      tokens = await oidc.authorizationCodeGrant(config, page.url, checks, undefined, { DPoP });
      expect(tokens.token_type).toBe("dpop");
    });

    it("S3.10 is refused without PAR", async () => {
      const { parameters } = await request();
      const { browser } = await createPerson(identity);
      const page = await browser.open(oidc.buildAuthorizationUrl(config, parameters), { until: isAnswer });
      expect(page.url.searchParams.get("code")).toBeNull();
    });

    it("S3.10 refreshes with its key and not without", async () => {
      tokens = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? "", undefined, { DPoP });
      expect(tokens.token_type).toBe("dpop");
      await expect(oidc.refreshTokenGrant(config, tokens.refresh_token ?? "")).rejects.toThrow();
    });

    supports("openid-client", "userinfo", async () => {
      const subject = tokens.claims()?.sub ?? "";
      const info = await oidc.fetchUserInfo(config, tokens.access_token, subject, { DPoP });
      expect(info).toMatchObject({ sub: person.id, email: person.email });
      await expect(oidc.fetchUserInfo(config, tokens.access_token, subject)).rejects.toThrow();
    });
  });

  it("S3.6 S3.10 asks for consent where the application is somebody else's, and then stays connected", async () => {
    const config = await discover("of-somebody-else");
    const person = await createPerson(identity);
    const { parameters, checks } = await request({ prompt: "consent" });
    const address = oidc.buildAuthorizationUrl(config, parameters).href;
    const asked = await person.signInFrom(address, isAnswer);
    expect(asked.text).toContain("Somebody");
    const page = await person.press(asked, { decision: "allow" }, isAnswer);
    const tokens = await oidc.authorizationCodeGrant(config, page.url, checks);
    expect(await oidc.refreshTokenGrant(config, tokens.refresh_token ?? "")).toMatchObject({
      access_token: expect.any(String) as string,
    });
  });
});
