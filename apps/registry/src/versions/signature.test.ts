import type { Release } from "@mullion/contracts";
import { createSigningKey, publicKeyOf, signRelease, thumbprintOf } from "@mullion/release-signing";
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

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly issues?: { message: string }[];
}

/** Publishes a JWS under a name, and says how it was refused. */
async function refusalOf(remote: string, jws: string, version = "1.0.0-aaaaaa"): Promise<Refusal> {
  const response = await registry.send("PUT", `/remotes/${remote}/versions/${version}`, { json: { jws } });
  return { ...((await response.json()) as Refusal), status: response.status };
}

async function published(remote: string): Promise<string[]> {
  const { rows } = await registry.database.query<{ version: string }>(
    "select version from versions where remote = $1 order by version",
    [remote],
  );
  return rows.map(({ version }) => version);
}

async function jwsOf(release: Release, signer = release.remote): Promise<string> {
  return signRelease(release, await registry.trust.keyOf(signer));
}

it("SEC-52 takes no release that nobody signed, nor one signed with a key that is not delegated", async () => {
  const { release } = createRelease("unsigned", "1.0.0-aaaaaa");
  const jws = await jwsOf(release);
  const [header, payload] = jws.split(".");
  expect(await refusalOf("unsigned", jws)).toMatchObject({ status: 409, code: "key_unknown" });
  await registry.delegate("unsigned");
  const withoutAlgorithm = Buffer.from('{"alg":"none","kid":"x","typ":"mullion-release+jws"}').toString(
    "base64url",
  );
  expect(await refusalOf("unsigned", `${withoutAlgorithm}.${payload ?? ""}.AAAA`)).toMatchObject({
    code: "signature_refused",
    issues: [{ message: "unsigned" }],
  });
  expect(await refusalOf("unsigned", `${header ?? ""}.${payload ?? ""}.AAAA`)).toMatchObject({
    status: 422,
    code: "signature_refused",
    issues: [{ message: "signature_invalid" }],
  });
  expect(await published("unsigned")).toEqual([]);
});

it("SEC-52 takes no release that another team signed, and none under another name than its own", async () => {
  await registry.delegate("mine");
  await registry.delegate("theirs");
  const { release } = createRelease("mine", "1.0.0-aaaaaa");
  expect(await refusalOf("mine", await jwsOf(release, "theirs"))).toMatchObject({
    code: "signature_refused",
    issues: [{ message: "remote_not_delegated" }],
  });
  const jws = await jwsOf(release);
  expect(await refusalOf("theirs", jws)).toMatchObject({ issues: [{ message: "other_remote" }] });
  expect(await refusalOf("mine", jws, "1.0.0-bbbbbb")).toMatchObject({
    issues: [{ message: "other_version" }],
  });
  const manifest = { ...release.manifest, name: "theirs" };
  expect(await refusalOf("mine", await jwsOf({ ...release, manifest }))).toMatchObject({
    issues: [{ message: "other_remote" }],
  });
});

it("SEC-52 a delegation in the database that the root key did not sign lets nobody publish", async () => {
  const { release } = createRelease("planted", "1.0.0-aaaaaa");
  const key = await registry.trust.keyOf("planted");
  const stranger = await createSigningKey();
  const { signDelegation } = await import("@mullion/release-signing");
  const forged = await signDelegation(
    {
      team: "planted",
      remotes: ["planted"],
      key: publicKeyOf(key),
      issuedAt: new Date().toISOString(),
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
    },
    stranger,
  );
  await registry.database.query(
    `insert into delegations (thumbprint, jws, team, remotes, algorithm, issued_at, expires_at)
     values ($1, $2, 'planted', '{planted}', 'EdDSA', now(), now() + interval '1 year')`,
    [await thumbprintOf(key), forged],
  );
  expect(await refusalOf("planted", await jwsOf(release))).toMatchObject({
    code: "signature_refused",
    issues: [{ message: "unknown_key" }],
  });
});

it("a published version can be signed again with a team's new key, and is then placed with that one", async () => {
  const first = createRelease("renewed", "1.0.0-aaaaaa");
  await registry.publish(first);
  await registry.promote(first);
  const next = await createSigningKey("ES256");
  const delegation = await registry.trust.delegate("renewed", {
    key: publicKeyOf(next),
    expiresAt: new Date(Date.now() + 400 * 24 * 60 * 60 * 1_000).toISOString(),
  });
  await registry.send("PUT", "/registry/keys", { json: { delegation }, scopes: ["registry:admin"] });
  const jws = await signRelease(first.release, next);
  const again = await registry.send("PUT", "/remotes/renewed/versions/1.0.0-aaaaaa", { json: { jws } });
  expect(again.status).toBe(200);
  const channel = await registry.send("GET", "/channels/production");
  expect(await channel.json()).toMatchObject({
    remotes: [{ remote: "renewed", stable: { jws, delegation } }],
  });
  const { rows } = await registry.database.query(
    "select action from audit where remote = 'renewed' and version is not null",
  );
  expect(rows.map(({ action }: { action: string }) => action)).toEqual([
    "version.published",
    "channel.promoted",
    "version.signed",
  ]);
});
