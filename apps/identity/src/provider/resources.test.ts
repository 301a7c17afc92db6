import { createVerifier } from "@mullion/access-token";
import { apiAudience, apiRoutes, identityAudience, serviceRoutes } from "@mullion/contracts";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { clients, startIdentity, type TestIdentity } from "../../test/identity.ts";
import {
  decodeClaims,
  everyApiScope,
  everyIdentityScope,
  RelyingParty,
  signIn,
} from "../../test/relying-party.ts";
import { userScopesOf } from "./resources.ts";

const admin = "admin@mullion.test";

describe("resources", () => {
  let identity: TestIdentity;
  let shell: RelyingParty;

  beforeAll(async () => {
    identity = await startIdentity();
    shell = await RelyingParty.discover(identity);
    await identity.addUser(admin, ["admin"]);
    await identity.addUser("viewer@mullion.test", ["viewer"]);
  });
  afterAll(async () => {
    await identity.close();
  });

  const verifierFor = (audience: string) => createVerifier({ issuer: identity.issuer, audience });

  it("every scope of the route manifest belongs to the resource of its route", () => {
    const scopes = userScopesOf(apiAudience);
    for (const { id, scope, audience } of serviceRoutes(apiRoutes)) {
      expect(scopes.get(audience), id).toContain(scope);
    }
  });

  it("a token for one resource carries none of the other's scopes and is for nothing else", async () => {
    const { refresh_token, access_token } = await signIn(shell, admin);
    expect(decodeClaims(access_token)).toMatchObject({ aud: apiAudience, scope: everyApiScope });
    const narrowed = await shell.refreshed(refresh_token, identityAudience);
    const claims = await verifierFor(identityAudience).verify(narrowed.access_token);
    expect(claims).toMatchObject({ aud: identityAudience, scope: everyIdentityScope, roles: ["admin"] });
    await expect(verifierFor(apiAudience).verify(narrowed.access_token)).rejects.toMatchObject({
      code: "invalid_token",
    });
    await expect(verifierFor(identityAudience).verify(access_token)).rejects.toMatchObject({
      code: "invalid_token",
    });
  });

  it("a client does no more for users than it is registered for, whatever their roles allow", async () => {
    const clientSecret = "a-secret-of-more-than-32-characters-x";
    const redirectUri = "https://limited.example/callback";
    const limited = await startIdentity({
      extraClients: [
        {
          ...{ clientId: "limited", clientSecret, redirectUris: [redirectUri], firstParty: true },
          grantTypes: ["authorization_code", "refresh_token"],
          userScopes: ["profile:read"],
        },
      ],
    });
    onTestFinished(() => limited.close());
    await limited.addUser(admin, ["admin"]);
    const party = await RelyingParty.discover(limited, { clientId: "limited", clientSecret }, redirectUri);
    const { access_token, refresh_token } = await signIn(party, admin);
    expect(decodeClaims(access_token)["scope"]).toBe("profile:read");
    const forIdentity = await party.refresh(refresh_token, identityAudience);
    const { access_token: narrowed } = (await forIdentity.json()) as { access_token?: string };
    expect(narrowed === undefined ? undefined : decodeClaims(narrowed)["scope"]).toBeUndefined();
  });

  it("a refresh gives a token for the resource it names, time after time, and the API's when it names none", async () => {
    let { refresh_token } = await signIn(shell, admin);
    const audiences: unknown[] = [];
    for (const resource of [identityAudience, apiAudience, undefined, identityAudience]) {
      const tokens = await shell.refreshed(refresh_token, resource);
      refresh_token = tokens.refresh_token ?? "";
      audiences.push(decodeClaims(tokens.access_token)["aud"]);
    }
    expect(audiences).toEqual([identityAudience, apiAudience, apiAudience, identityAudience]);
  });

  it("a user without a right there gets a token for identity that allows nothing", async () => {
    const { refresh_token } = await signIn(shell, "viewer@mullion.test");
    const { access_token } = await shell.refreshed(refresh_token, identityAudience);
    expect(decodeClaims(access_token)).not.toHaveProperty("scope");
  });

  it("a sign-in that names no resource is for the API alone", async () => {
    const { refresh_token, access_token } = await signIn(shell, admin, { resources: [] });
    expect(decodeClaims(access_token)["aud"]).toBe(apiAudience);
    const refused = await shell.refresh(refresh_token, identityAudience);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: "invalid_target" });
  });

  it("a resource that does not exist is refused", async () => {
    const { refresh_token } = await signIn(shell, admin);
    const refused = await shell.refresh(refresh_token, "urn:mullion:everything");
    expect(await refused.json()).toMatchObject({ error: "invalid_target" });
  });

  it("a client acting for itself has at each resource only its own scopes of that resource", async () => {
    const gateway = await RelyingParty.discover(identity, clients.gateway);
    const unnamed = await gateway.clientCredentials("events:write");
    expect(decodeClaims(unnamed.access_token)).toMatchObject({ aud: apiAudience, scope: "events:write" });
    const other = await gateway.clientCredentials("events:write", identityAudience);
    expect(decodeClaims(other.access_token)).toMatchObject({ aud: identityAudience });
    expect(decodeClaims(other.access_token)).not.toHaveProperty("scope");
  });
});
