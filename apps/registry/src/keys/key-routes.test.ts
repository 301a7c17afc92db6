import { createSigningKey, publicKeyOf, signDelegation, thumbprintOf } from "@mullion/release-signing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createRelease } from "../testing/release.ts";
import { startRegistry, type TestRegistry } from "../testing/start-registry.ts";

let registry: TestRegistry;

beforeAll(async () => {
  registry = await startRegistry();
});

afterAll(async () => {
  await registry.close();
});

function save(delegation: string): Promise<Response> {
  return registry.send("PUT", "/registry/keys", { json: { delegation }, scopes: ["registry:admin"] });
}

async function nameOf(remote: string): Promise<string> {
  return thumbprintOf(await registry.trust.keyOf(remote));
}

interface ListedKey {
  readonly thumbprint: string;
  readonly remotes: string[];
  readonly revokedAt: string | null;
}

async function listed(remote: string): Promise<ListedKey | undefined> {
  const response = await registry.send("GET", "/registry/keys", { scopes: ["registry:read"] });
  const { delegations } = (await response.json()) as { delegations: ListedKey[] };
  const name = await nameOf(remote);
  return delegations.find(({ thumbprint }) => thumbprint === name);
}

it("lists whose key may sign what, from when until when", async () => {
  await save(await registry.trust.delegate("listed", { team: "payments" }));
  expect(await listed("listed")).toMatchObject({
    team: "payments",
    remotes: ["listed"],
    algorithm: "EdDSA",
    revokedAt: null,
  });
});

it("SEC-52 takes only what its own root key signed, and only while it holds", async () => {
  const stranger = await createSigningKey();
  const delegation = {
    team: "evil",
    remotes: ["listed"],
    key: publicKeyOf(stranger),
    issuedAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
  };
  const foreign = await save(await signDelegation(delegation, stranger));
  expect(foreign.status).toBe(422);
  expect(await foreign.json()).toMatchObject({
    code: "signature_refused",
    issues: [{ message: "unknown_key" }],
  });
  const over = await save(await registry.trust.delegate("over", { expiresAt: new Date().toISOString() }));
  expect(await over.json()).toMatchObject({ issues: [{ message: "delegation_expired" }] });
});

it("a later delegation replaces the earlier one, and nobody brings the earlier one back", async () => {
  const earlier = await registry.trust.delegate("moved", {
    remotes: ["moved", "also-moved"],
    issuedAt: new Date(Date.now() - 60_000).toISOString(),
  });
  await save(earlier);
  expect((await save(await registry.trust.delegate("moved"))).status).toBe(200);
  expect(await listed("moved")).toMatchObject({ remotes: ["moved"] });
  const replayed = await save(earlier);
  expect(replayed.status).toBe(409);
  expect(await replayed.json()).toMatchObject({ code: "delegation_outdated" });
  expect(await listed("moved")).toMatchObject({ remotes: ["moved"] });
});

it("SEC-52 a revoked key signs nothing from then on and stays revoked; fronts are told, and whoever revokes it what they hide", async () => {
  const before = createRelease("stolen", "1.0.0-aaaaaa");
  await registry.publish(before);
  await registry.promote(before);
  const target = `/registry/keys/${await nameOf("stolen")}`;
  const thumbprint = await nameOf("stolen");
  const hidden = [{ channel: "production", remote: "stolen", version: "1.0.0-aaaaaa" }];
  for (let times = 0; times < 2; times += 1) {
    const answer = await registry.send("DELETE", target, { scopes: ["registry:admin"] });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ thumbprint, hidden });
  }

  const after = createRelease("stolen", "1.0.0-bbbbbb");
  for (const [hash, bytes] of after.blobs) await registry.send("PUT", `/blobs/${hash}`, { bytes });
  const refused = await registry.put(after.release);
  expect(refused.status).toBe(409);
  expect(await refused.json()).toMatchObject({ code: "key_revoked" });
  expect((await save(await registry.trust.delegate("stolen"))).status).toBe(409);
  expect((await listed("stolen"))?.revokedAt).toEqual(expect.any(String));
  const channel = await registry.send("GET", "/channels/production");
  expect(await channel.json()).toMatchObject({
    ...{ remotes: [{ stable: { version: "1.0.0-aaaaaa" } }], revoked: [thumbprint] },
  });
});

it("S4.2 keys are changed with registry:admin and read with registry:read; a key nobody knows is 404", async () => {
  const delegation = await registry.trust.delegate("guarded");
  const json = { delegation };
  for (const scopes of [["registry:publish"], ["registry:read"]] as const) {
    expect((await registry.send("PUT", "/registry/keys", { json, scopes })).status).toBe(403);
    expect((await registry.send("DELETE", "/registry/keys/x", { scopes })).status).toBe(403);
  }
  expect((await registry.send("GET", "/registry/keys", { scopes: null })).status).toBe(401);
  expect((await registry.send("DELETE", "/registry/keys/x", { scopes: ["registry:admin"] })).status).toBe(
    404,
  );
});

it("writes to the audit log who delegated and who revoked which key", async () => {
  await registry.delegate("logged");
  const thumbprint = await nameOf("logged");
  for (let times = 0; times < 2; times += 1) {
    await registry.send("DELETE", `/registry/keys/${thumbprint}`, {
      scopes: ["registry:admin"],
      subject: "ada",
    });
  }
  const { rows } = await registry.database.query(
    "select actor, action, remote from audit where detail->>'thumbprint' = $1 order by id",
    [thumbprint],
  );
  expect(rows).toEqual([
    { actor: "operator", action: "key.delegated", remote: null },
    { actor: "ada", action: "key.revoked", remote: null },
  ]);
});
