import {
  type IssuedOverride,
  issuedOverrideSchema,
  type OverrideList,
  overrideIssuer,
  overrideListSchema,
  overrideSchema,
  overrideTokenType,
  type Scope,
} from "@mullion/contracts";
import { verifyPlacedVersion } from "@mullion/release-signing";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import type { QueryResultRow } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createRelease } from "../testing/release.ts";
import { startRegistry, type TestRegistry } from "../testing/start-registry.ts";

const release = createRelease("billing", "1.0.0-aaaaaa");
const target = { kind: "version", remote: "billing", version: release.release.version } as const;
const development = {
  kind: "development",
  url: "http://localhost:4100",
  manifest: release.release.manifest,
} as const;
const developer: Scope[] = ["registry:read", "registry:publish", "registry:override"];
let registry: TestRegistry;

beforeAll(async () => {
  registry = await startRegistry();
  expect((await registry.publish(release)).status).toBe(201);
});

afterAll(async () => {
  await registry.close();
});

interface As {
  readonly subject?: string;
  readonly scopes?: readonly Scope[] | null;
}

function ask(json: object, { subject = "ada", scopes = developer }: As = {}): Promise<Response> {
  return registry.send("POST", "/registry/overrides", {
    json: { channel: "production", target, ...json },
    subject,
    scopes,
  });
}

async function issue(json: object = {}, as: As = {}): Promise<IssuedOverride> {
  const response = await ask(json, as);
  expect(response.status).toBe(201);
  return issuedOverrideSchema.parse(await response.json());
}

const front = { subject: "mullion-shell", scopes: ["registry:host"] satisfies Scope[] };
const show = (id: string): Promise<Response> => registry.send("GET", `/registry/overrides/${id}`, front);

async function list(
  subject: string,
  scopes: readonly Scope[] = developer,
): Promise<OverrideList["overrides"]> {
  const response = await registry.send("GET", "/registry/overrides", { subject, scopes });
  return overrideListSchema.parse(await response.json()).overrides;
}

async function query<T extends QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> {
  const { rows } = await registry.database.query<T>(text, values);
  return rows;
}

it("P10 SEC-55 a link is signed with the registry's key, for one person, one channel and a limited time", async () => {
  const { id, token, expiresAt } = await issue({ minutes: 5 });
  const keys = createRemoteJWKSet(new URL(`${registry.url}/.well-known/jwks.json`));
  const verified = await jwtVerify(token, keys, {
    issuer: overrideIssuer,
    audience: "production",
    typ: overrideTokenType,
    algorithms: ["ES256"],
  });
  expect(verified.payload).toMatchObject({ sub: "ada", jti: id });
  expect(Math.abs((verified.payload.exp ?? 0) * 1000 - (Date.now() + 300_000))).toBeLessThan(30_000);
  expect(Math.floor(Date.parse(expiresAt) / 1000)).toBe(verified.payload.exp);
  expect(decodeProtectedHeader(token).kid).toMatch(/^[A-Za-z0-9_-]{43}$/);
  const published = await (await fetch(`${registry.url}/.well-known/jwks.json`)).text();
  expect(JSON.parse(published)).toMatchObject({ keys: [{ kty: "EC", crv: "P-256", use: "sig" }] });
  expect(published).not.toContain('"d"');
});

it("P10 a front learns what to show: a version with what proves it, or a development server", async () => {
  const version = await issue();
  const shown = overrideSchema.parse(await (await show(version.id)).json());
  expect(shown).toMatchObject({ id: version.id, channel: "production", user: "ada" });
  if (shown.content.kind !== "version") throw new Error("not a version");
  const verified = await verifyPlacedVersion(shown.content.release, registry.trust.rootKeys, new Date());
  expect(verified.release.version).toBe(target.version);
  const local = await issue({ target: development });
  expect(await (await show(local.id)).json()).toMatchObject({ content: development });
});

it("SEC-55 an override that has expired or was revoked shows nothing any more", async () => {
  const [expired, revoked] = [await issue(), await issue()];
  await query("update overrides set expires_at = now() where id = $1", [expired.id]);
  const revoke = (): Promise<Response> =>
    registry.send("DELETE", `/registry/overrides/${revoked.id}`, { subject: "ada", scopes: developer });
  expect((await revoke()).status).toBe(204);
  expect((await revoke()).status).toBe(204);
  for (const id of [expired.id, revoked.id, crypto.randomUUID(), "nothing"]) {
    const gone = await show(id);
    expect(gone.status).toBe(404);
    expect(await gone.json()).toMatchObject({ code: "override_unknown" });
    const use = await registry.send("POST", `/registry/overrides/${id}/uses`, { json: {}, ...front });
    expect(use.status).toBe(404);
  }
  const left = (await list("ada")).map(({ id }) => id);
  expect(left).not.toContain(expired.id);
  expect(left).not.toContain(revoked.id);
});

it("P10 a link for another person comes from a publisher of the remote or an administrator, and from nobody else", async () => {
  const refused = await ask({ user: "grace" });
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ code: "not_a_publisher" });
  expect((await ask({ user: "grace" }, { subject: "deployer" })).status).toBe(201);
  const admin = { subject: "operator", scopes: [...developer, "registry:admin"] satisfies Scope[] };
  const issued = await issue({ user: "grace" }, admin);
  expect(await (await show(issued.id)).json()).toMatchObject({ user: "grace" });
});

it("SEC-55 nobody is shown what a development server on their own machine answers, unless they asked for it", async () => {
  const admin = { subject: "operator", scopes: [...developer, "registry:admin"] satisfies Scope[] };
  const refused = await ask({ target: development, user: "grace" }, admin);
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ code: "override_not_yours" });
  for (const url of [
    "http://evil.test:80",
    "https://localhost:1",
    "http://localhost:1/x",
    "http://localhost.evil.test:1",
  ]) {
    expect((await ask({ target: { ...development, url } })).status, url).toBe(400);
  }
});

it("P10 issuing, first use and revocation are in the audit log, each once", async () => {
  const { id } = await issue();
  const use = (): Promise<Response> =>
    registry.send("POST", `/registry/overrides/${id}/uses`, { json: {}, ...front });
  expect((await Promise.all([use(), use(), use()])).map(({ status }) => status)).toEqual([204, 204, 204]);
  expect((await list("ada")).find((one) => one.id === id)?.firstUsedAt).not.toBeNull();
  await registry.send("DELETE", `/registry/overrides/${id}`, { subject: "ada", scopes: developer });
  const rows = await query(
    "select actor, action, remote, version, channel from audit where detail ->> 'id' = $1 order by id",
    [id],
  );
  const same = { actor: "ada", remote: "billing", version: target.version, channel: "production" };
  expect(rows).toEqual([
    { ...same, action: "override.issued" },
    { ...same, action: "override.used" },
    { ...same, action: "override.revoked" },
  ]);
});

it("P10 only a front says that a link was used, or asks what it shows: not who issued it or whom it is for", async () => {
  const { id } = await issue();
  const as = { subject: "ada", scopes: [...developer, "registry:admin"] satisfies Scope[] };
  expect((await registry.send("POST", `/registry/overrides/${id}/uses`, { json: {}, ...as })).status).toBe(
    403,
  );
  expect((await registry.send("GET", `/registry/overrides/${id}`, as)).status).toBe(403);
  expect((await list("ada")).find((one) => one.id === id)?.firstUsedAt).toBeNull();
});

it("lists what one issued or may use, and everything to an administrator", async () => {
  const mine = await issue({}, { subject: "linus" });
  const forGrace = await issue({ user: "margaret" }, { subject: "deployer" });
  expect((await list("linus")).map(({ id }) => id)).toEqual([mine.id]);
  expect((await list("margaret", ["registry:read"]))[0]).toMatchObject({
    ...{ id: forGrace.id, user: "margaret", issuedBy: "deployer", firstUsedAt: null },
    shows: { kind: "version", version: target.version },
  });
  const all = (await list("operator", ["registry:read", "registry:admin"])).map(({ id }) => id);
  expect(all).toEqual(expect.arrayContaining([mine.id, forGrace.id]));
});

it("is revoked by nobody but who issued it, whom it is for, or an administrator", async () => {
  const { id } = await issue();
  const revoke = (subject: string, scopes: readonly Scope[] = developer): Promise<Response> =>
    registry.send("DELETE", `/registry/overrides/${id}`, { subject, scopes });
  const refused = await revoke("eve");
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ code: "override_not_yours" });
  expect((await show(id)).status).toBe(200);
  expect((await revoke("operator", [...developer, "registry:admin"])).status).toBe(204);
});

it("refuses a version that is not published, and wrong times and channels", async () => {
  const unknown = await ask({ target: { ...target, version: "9.9.9-ffffff" } });
  expect(unknown.status).toBe(404);
  expect(await unknown.json()).toMatchObject({ code: "version_unknown" });
  for (const json of [{ minutes: 0 }, { minutes: 1_441 }, { channel: "Not One" }, { user: "" }]) {
    expect((await ask(json)).status).toBe(400);
  }
});

it("S4.2 answers 401 without a token and 403 without the scope", async () => {
  expect((await ask({}, { scopes: null })).status).toBe(401);
  expect((await ask({}, { scopes: ["registry:read", "registry:publish"] })).status).toBe(403);
  expect((await registry.send("GET", "/registry/overrides", { scopes: null })).status).toBe(401);
  const { id } = await issue();
  expect((await registry.send("DELETE", `/registry/overrides/${id}`, { subject: "ada" })).status).toBe(403);
});
