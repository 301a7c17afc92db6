import { setTimeout as pause } from "node:timers/promises";
import { createVerifier } from "@mullion/access-token";
import { keyListSchema } from "@mullion/contracts/identity-keys";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Administrator, signInToAdminApi } from "../../test/administrator.ts";
import { audience, clients, startIdentity, type TestIdentity } from "../../test/identity.ts";
import type { KeyPolicy } from "./key-rotation.ts";

/** A quarter of an hour, scaled down to a second: how long verifiers keep the key set before they read it again. */
const cacheMs = 1_000;
const policy: KeyPolicy = { rotateAfterSeconds: 3_600, publishAheadSeconds: 2, keepSeconds: 60 };

describe("rotation of keys under load", () => {
  let instances: readonly [TestIdentity, TestIdentity];
  let admin: Administrator;

  beforeAll(async () => {
    const first = await startIdentity({ keyPolicy: policy });
    instances = [first, await startIdentity({ beside: first, keyPolicy: policy })];
    admin = await signInToAdminApi(first, "keys:read keys:write");
  });
  afterAll(async () => {
    const [first, second] = instances;
    await second.close();
    await first.close();
  });

  async function issue({ url }: TestIdentity): Promise<string> {
    const { clientId, clientSecret } = clients.gateway;
    const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;
    const body = new URLSearchParams({ grant_type: "client_credentials", scope: "events:write" });
    const response = await fetch(`${url}/token`, { method: "POST", headers: { authorization }, body });
    expect(response.status).toBe(200);
    return ((await response.json()) as { access_token: string }).access_token;
  }

  const kidOf = (token: string): string => decodeProtectedHeader(token).kid ?? "";

  /** Rotates by way of one instance as soon as it may be done; returns how long the other took to sign with the new key. */
  async function rotate(by: TestIdentity, other: TestIdentity): Promise<number> {
    let response = await admin.call("POST", "/identity/keys/rotate", {}, by);
    while (response.status === 409) {
      await pause(100);
      response = await admin.call("POST", "/identity/keys/rotate", {}, by);
    }
    const rotatedAt = performance.now();
    expect(response.status).toBe(200);
    const { keys } = keyListSchema.parse(await response.json());
    const current = keys.find(({ status }) => status === "current")?.kid;
    expect(kidOf(await issue(by))).toBe(current);
    while (kidOf(await issue(other)) !== current) await pause(5);
    return performance.now() - rotatedAt;
  }

  it("S3.8 S4.4 not one verification fails over four rotations, with verifiers that never ask about an unknown key", async () => {
    const [first, second] = instances;
    const jwksUri = `${first.url}/jwks`;
    // Its cooldown outlasts the test: only the age of the key set makes it read again.
    const keySet = createRemoteJWKSet(new URL(jwksUri), { cacheMaxAge: cacheMs, cooldownDuration: 60_000 });
    const verifier = createVerifier({ issuer: first.issuer, audience, jwksUri, cooldownMs: cacheMs });
    const verify = async (token: string): Promise<void> => {
      await verifier.verify(token);
      await jwtVerify(token, keySet, {
        issuer: first.issuer,
        audience,
        typ: "at+jwt",
        algorithms: ["ES256"],
      });
    };
    const failures: unknown[] = [];
    const kids = new Set<string>();
    const tokens: string[] = [];
    let loading = true;
    const load = instances.map(async (instance) => {
      while (loading) {
        const token = await issue(instance);
        kids.add(kidOf(token));
        tokens.push(token);
        // Also one that was issued a while ago, as resource servers see them.
        const older = tokens[Math.floor(tokens.length / 2)] ?? token;
        await Promise.all([verify(token), verify(older)]).catch((error: unknown) => failures.push(error));
      }
    });
    const takeoverMs: number[] = [];
    for (const [by, other] of [
      [first, second],
      [second, first],
      [first, second],
      [second, first],
    ] as const) {
      takeoverMs.push(await rotate(by, other));
    }
    loading = false;
    await Promise.all(load);
    expect(failures).toEqual([]);
    expect(kids.size).toBe(5);
    expect(tokens.length).toBeGreaterThan(100);
    expect(Math.max(...takeoverMs)).toBeLessThan(1_000);
  }, 30_000);

  it("S3.8 what a dropped key signed is refused by identity at once, on every instance, and nobody else is disturbed", async () => {
    const [first, second] = instances;
    const stolen = kidOf(await issue(first));
    const { clientId, clientSecret } = clients.shell;
    const introspect = async (at: TestIdentity, token: string): Promise<unknown> => {
      const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;
      const body = new URLSearchParams({ token });
      const response = await fetch(`${at.url}/token/introspection`, {
        method: "POST",
        headers: { authorization },
        body,
      });
      return response.json();
    };
    const token = await issue(first);
    expect(await introspect(second, token)).toMatchObject({ active: true });
    const adminsToken = await admin.call("GET", "/identity/keys");
    expect(adminsToken.status).toBe(200);

    const response = await admin.call("DELETE", `/identity/keys/${stolen}`);
    const { keys } = keyListSchema.parse(await response.json());
    expect(keys.map(({ kid }) => kid)).not.toContain(stolen);
    for (const instance of instances) {
      await expect.poll(() => introspect(instance, token)).toEqual({ active: false });
      const published = (await (await fetch(`${instance.url}/jwks`)).json()) as { keys: { kid: string }[] };
      expect(published.keys.map(({ kid }) => kid)).not.toContain(stolen);
      expect(await introspect(instance, await issue(instance))).toMatchObject({ active: true });
    }
  });

  it("refuses to drop a key that does not exist, and to change keys with a token that may only read them", async () => {
    expect(await (await admin.call("DELETE", "/identity/keys/unknown")).json()).toMatchObject({
      status: 404,
      code: "key_not_found",
    });
    const reader = await signInToAdminApi(instances[0], "keys:read");
    expect((await reader.call("GET", "/identity/keys")).status).toBe(200);
    expect((await reader.call("POST", "/identity/keys/rotate", {})).status).toBe(403);
    const viewer = await signInToAdminApi(instances[0], "keys:read", "viewer");
    expect((await viewer.call("GET", "/identity/keys")).status).toBe(403);
  });

  it("shows no private part of a key, to administrators or to the world", async () => {
    for (const response of [
      await admin.call("GET", "/identity/keys"),
      await fetch(`${instances[0].url}/jwks`),
    ]) {
      const text = await response.text();
      expect(text).toContain('"kid"');
      expect(text).not.toMatch(/"(?:d|p|q|dp|dq|qi|sealed)"/);
    }
  });
});
