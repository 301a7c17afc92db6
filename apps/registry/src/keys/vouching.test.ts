import type { Channel } from "@mullion/contracts";
import {
  createSigningKey,
  publicKeyOf,
  type SigningKey,
  signRelease,
  thumbprintOf,
} from "@mullion/release-signing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createRelease, type TestRelease } from "../testing/release.ts";
import { startRegistry, type TestRegistry } from "../testing/start-registry.ts";

const [a, b, c] = ["1.0.0-aaaaaa", "1.1.0-bbbbbb", "1.2.0-cccccc"] as const;
let registry: TestRegistry;

beforeAll(async () => {
  registry = await startRegistry();
});

afterAll(async () => {
  await registry.close();
});

const admin = { scopes: ["registry:admin"] } as const;

async function saveDelegation(delegation: string): Promise<void> {
  const response = await registry.send("PUT", "/registry/keys", { json: { delegation }, ...admin });
  expect(response.status).toBe(200);
}

async function revoke(key: SigningKey): Promise<void> {
  const target = `/registry/keys/${await thumbprintOf(key)}`;
  expect((await registry.send("DELETE", target, admin)).status).toBe(200);
}

/** Has one more key delegated for the remote, until later than its first one. */
async function delegateAnother(remote: string): Promise<{ key: SigningKey; delegation: string }> {
  const key = await createSigningKey();
  const expiresAt = new Date(Date.now() + 400 * 24 * 60 * 60 * 1_000).toISOString();
  const delegation = await registry.trust.delegate(remote, { key: publicKeyOf(key), expiresAt });
  await saveDelegation(delegation);
  return { key, delegation };
}

/** Publishes what a key signed, or signs it again. */
async function publishWith(key: SigningKey, { release, blobs }: TestRelease): Promise<Response> {
  for (const [hash, bytes] of blobs) await registry.send("PUT", `/blobs/${hash}`, { bytes });
  const json = { jws: await signRelease(release, key) };
  return registry.send("PUT", `/remotes/${release.remote}/versions/${release.version}`, { json });
}

async function endDelegation(key: SigningKey): Promise<void> {
  await registry.database.query("update delegations set expires_at = now() where thumbprint = $1", [
    await thumbprintOf(key),
  ]);
}

/** Publishes versions of a remote and promotes the first, in a channel named after the remote. */
async function prepare(remote: string, ...versions: readonly string[]): Promise<void> {
  const [first] = versions;
  for (const version of versions) await registry.publish(createRelease(remote, version));
  if (first !== undefined) await registry.promote(createRelease(remote, first), remote);
}

function change(method: string, remote: string, what: string, json: object): Promise<Response> {
  return registry.send(method, `/registry/rollouts/${remote}/${remote}/${what}`, { json });
}

async function read(channel: string): Promise<Channel> {
  return (await (await registry.send("GET", `/channels/${channel}`)).json()) as Channel;
}

/** What a front that has seen this revision is told at once. */
function ask(channel: string, after: number): Promise<Response> {
  return registry.send("GET", `/channels/${channel}?after=${String(after)}&waitSeconds=0`);
}

it("SEC-52 what a revoked key signed is promoted, tried or shown by a link no more, nor tried on more people", async () => {
  await prepare("held", a, b);
  await change("PUT", "held", "canary", { version: b, percent: 10 });
  await revoke(await registry.trust.keyOf("held"));
  const target = { kind: "version", remote: "held", version: b };
  const scopes = ["registry:publish", "registry:override"] as const;
  const refusals = await Promise.all([
    change("PUT", "held", "stable", { version: b }),
    change("PUT", "held", "canary", { version: b, percent: 50 }),
    registry.send("POST", "/registry/overrides", { json: { channel: "held", target }, scopes }),
  ]);
  for (const refused of refusals) {
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({ code: "signature_refused" });
  }
  expect((await change("PUT", "held", "canary", { version: b, percent: 5 })).status).toBe(200);
  expect((await read("held")).remotes).toMatchObject([{ stable: { version: a }, canary: { percent: 5 } }]);
});

it("SEC-52 SEC-55 a link shows nothing more once the key that signed its version is revoked", async () => {
  await prepare("linked", a);
  const target = { kind: "version", remote: "linked", version: a };
  const scopes = ["registry:publish", "registry:override"] as const;
  const issued = await registry.send("POST", "/registry/overrides", {
    ...{ json: { channel: "linked", target }, scopes },
  });
  const { id } = (await issued.json()) as { id: string };
  const show = async (): Promise<number> =>
    (await registry.send("GET", `/registry/overrides/${id}`, { scopes: ["registry:host"] })).status;
  expect(await show()).toBe(200);
  await revoke(await registry.trust.keyOf("linked"));
  expect(await show()).toBe(404);
});

it("SEC-52 a key that is revoked while a release is looked at does not publish it", async () => {
  await prepare("raced", a);
  const { release, blobs } = createRelease("raced", b);
  for (const [hash, bytes] of blobs) await registry.send("PUT", `/blobs/${hash}`, { bytes });
  await registry.database.query("begin");
  await registry.database.query("select from remotes where name = 'raced' for update");
  const publishing = registry.put(release);
  const waiting =
    "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  await expect.poll(async () => (await registry.database.query(waiting)).rowCount).toBe(1);
  await revoke(await registry.trust.keyOf("raced"));
  await registry.database.query("commit");
  const refused = await publishing;
  expect(refused.status).toBe(409);
  expect(await refused.json()).toMatchObject({ code: "key_revoked" });
  const { rowCount } = await registry.database.query(
    "select from versions where remote = 'raced' and version = $1",
    [b],
  );
  expect(rowCount).toBe(0);
});

it("places with a signature whose delegation has ended rather than with one of a revoked key, which stays revoked", async () => {
  await prepare("both", a);
  const { key } = await delegateAnother("both");
  expect((await publishWith(key, createRelease("both", a))).status).toBe(200);
  const first = await registry.trust.sign(createRelease("both", a).release);
  await revoke(await registry.trust.keyOf("both"));
  expect((await read("both")).remotes[0]?.stable.jws, "of a key that is good").not.toBe(first.jws);
  await endDelegation(key);
  expect((await read("both")).remotes[0]?.stable.jws, "it may be delegated again").not.toBe(first.jws);
});

it("P2 a front that follows a channel hears of a renewed delegation of what it shows, and of no other", async () => {
  await prepare("renewed", a);
  await prepare("untouched", a);
  const [before, other] = [await read("renewed"), await read("untouched")];
  const expiresAt = new Date(Date.now() + 500 * 24 * 60 * 60 * 1_000).toISOString();
  const delegation = await registry.trust.delegate("renewed", { expiresAt });
  await saveDelegation(delegation);
  const told = await ask("renewed", before.revision);
  expect(told.status).toBe(200);
  expect(await told.json()).toMatchObject({ remotes: [{ stable: { version: a, delegation } }] });
  expect((await ask("untouched", other.revision)).status).toBe(304);
  const after = await read("renewed");
  await saveDelegation(delegation);
  expect((await ask("renewed", after.revision)).status, "the same again").toBe(304);
});

it("P2 a front that follows a channel hears of what is live being signed again, and of a revocation", async () => {
  await prepare("resigned", a);
  const { key, delegation } = await delegateAnother("resigned");
  const before = await read("resigned");
  await publishWith(key, createRelease("resigned", a));
  const told = await ask("resigned", before.revision);
  expect(told.status).toBe(200);
  const signed = (await told.json()) as Channel;
  expect(signed).toMatchObject({ remotes: [{ stable: { delegation } }] });
  await publishWith(key, createRelease("resigned", a));
  expect((await ask("resigned", signed.revision)).status, "the same again").toBe(304);
  await revoke(key);
  const back = await ask("resigned", signed.revision);
  expect(back.status).toBe(200);
  const revoked = (await back.json()) as Channel;
  expect(revoked.remotes[0]?.stable.delegation).not.toBe(delegation);
  expect(revoked.revoked).toContain(await thumbprintOf(key));
});

it("SEC-52 fronts hear of a revocation, too, when only visits may be pinned to what the key signed", async () => {
  await prepare("pinned", a);
  const { key } = await delegateAnother("pinned");
  expect((await publishWith(key, createRelease("pinned", b))).status).toBe(201);
  await registry.promote(createRelease("pinned", b), "pinned");
  await registry.publish(createRelease("pinned", c));
  await registry.promote(createRelease("pinned", c), "pinned");
  const { revision } = await read("pinned");
  await revoke(key);
  const told = await ask("pinned", revision);
  expect(told.status).toBe(200);
  expect(((await told.json()) as Channel).revoked).toContain(await thumbprintOf(key));
});

it("P2 a rollback goes past versions whose delegation has ended, to one that fronts show", async () => {
  await prepare("past", a);
  const { key } = await delegateAnother("past");
  expect((await publishWith(key, createRelease("past", b))).status).toBe(201);
  await registry.promote(createRelease("past", b), "past");
  await registry.publish(createRelease("past", c));
  await registry.promote(createRelease("past", c), "past");
  await endDelegation(key);
  const back = await change("POST", "past", "rollback", { from: c });
  expect(await back.json()).toMatchObject({ version: a, previousVersion: c });
  const further = await change("POST", "past", "rollback", { from: a });
  expect(await further.json()).toMatchObject({ code: "nothing_to_roll_back" });
});

it("P2 a rollback to what no key vouches for any more is refused: its delegation has ended, or it was revoked", async () => {
  await prepare("ended", a);
  const { key } = await delegateAnother("ended");
  await publishWith(key, createRelease("ended", b));
  await registry.promote(createRelease("ended", b), "ended");
  const refusal = { status: 422, code: "signature_refused" };
  const rollBack = async (): Promise<object> => {
    const response = await change("POST", "ended", "rollback", { from: b });
    return (await response.json()) as object;
  };
  const old = await registry.trust.keyOf("ended");
  const until = "update delegations set expires_at = now() + $2::interval where thumbprint = $1";
  await registry.database.query(until, [await thumbprintOf(old), "0"]);
  expect(await rollBack()).toMatchObject(refusal);
  await registry.database.query(until, [await thumbprintOf(old), "1 day"]);
  await revoke(old);
  expect(await rollBack()).toMatchObject(refusal);
  expect((await read("ended")).remotes[0]?.stable.version).toBe(b);
  await publishWith(key, createRelease("ended", a));
  expect(await rollBack()).toMatchObject({ version: a });
});
