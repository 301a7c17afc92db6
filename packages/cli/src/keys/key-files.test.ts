import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { inspect } from "node:util";
import type { DelegationList } from "@mullion/contracts";
import { createSigningKey, type SigningKey, thumbprintOf } from "@mullion/release-signing";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { findSigningKey, readNamedKey } from "./find-signing-key.ts";
import { listKeyFiles, writeKeyFile } from "./key-files.ts";

let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), "mullion-keys-"));
  vi.stubEnv("XDG_CONFIG_HOME", home);
  vi.spyOn(process, "cwd").mockReturnValue(home);
});

afterEach(async () => {
  await rm(home, { recursive: true });
});

type Listed = DelegationList["delegations"][number];

async function delegated(key: SigningKey, change: Partial<Listed> = {}): Promise<Listed> {
  return {
    thumbprint: await thumbprintOf(key),
    team: "payments",
    remotes: ["billing"],
    algorithm: "EdDSA",
    issuedAt: "2026-01-01T00:00:00.000Z",
    expiresAt: "2100-01-01T00:00:00.000Z",
    revokedAt: null,
    ...change,
  };
}

const registryWith = (...delegations: Listed[]): { listDelegations: () => Promise<DelegationList> } => ({
  listDelegations: async () => ({ delegations }),
});

it("keeps a key where only its owner may read it, and never writes over one", async () => {
  const key = await createSigningKey();
  const file = await writeKeyFile("payments", key);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
  await expect(writeKeyFile("payments", await createSigningKey())).rejects.toMatchObject({ code: "usage" });
  expect(JSON.parse(await readFile(file, "utf8"))).toEqual(key);
  expect(await listKeyFiles()).toMatchObject([{ name: "payments", key }]);
});

it("finds the key that may sign the remote now, among those of the person and of the platform in this clone", async () => {
  const [other, expired, revoked, good] = await Promise.all([1, 2, 3, 4].map(() => createSigningKey()));
  if (!other || !expired || !revoked || !good) throw new TypeError("four keys are made");
  await writeKeyFile("a-other", other);
  await writeKeyFile("b-expired", expired);
  await writeKeyFile("c-revoked", revoked);
  const keys = path.join(home, "platform-keys");
  await mkdir(keys);
  await writeFile(path.join(keys, "good.jwk"), JSON.stringify(good));
  await writeFile(path.join(home, "mullion.json"), JSON.stringify({ keys }));
  const registry = registryWith(
    await delegated(other, { remotes: ["dashboard"] }),
    await delegated(expired, { expiresAt: "2026-01-02T00:00:00.000Z" }),
    await delegated(revoked, { revokedAt: "2026-01-02T00:00:00.000Z" }),
    await delegated(good),
  );
  expect(await findSigningKey(registry, "billing")).toEqual(good);
  await expect(findSigningKey(registry, "unknown")).rejects.toMatchObject({
    code: "key_missing",
    exitCode: 2,
    hint: expect.stringContaining("mullion keys delegate <name> --remotes unknown") as string,
  });
});

it("takes the key of the option before that of the variable, which is a JWK or a file", async () => {
  const [ofOption, ofVariable] = await Promise.all([createSigningKey(), createSigningKey("ES256")]);
  const file = await writeKeyFile("one", ofOption);
  expect(await readNamedKey(undefined)).toBeUndefined();
  vi.stubEnv("MULLION_SIGNING_KEY", JSON.stringify(ofVariable));
  expect(await readNamedKey(undefined)).toEqual(ofVariable);
  expect(await readNamedKey(file)).toEqual(ofOption);
  vi.stubEnv("MULLION_SIGNING_KEY", file);
  expect(await readNamedKey(undefined)).toEqual(ofOption);
});

it("SEC-23 says that a key is none without repeating anything of it", async () => {
  const { d } = await createSigningKey();
  const file = path.join(home, "broken.jwk");
  for (const text of [`{"kty":"OKP","d":"${d}"`, JSON.stringify({ kty: "oct", k: d })]) {
    await writeFile(file, text);
    vi.stubEnv("MULLION_SIGNING_KEY", text);
    for (const named of [file, undefined]) {
      const error: unknown = await readNamedKey(named).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "key_invalid", exitCode: 2 });
      expect(inspect(error, { depth: 9 })).not.toContain(d);
    }
  }
  await expect(readNamedKey(path.join(home, "none.jwk"))).rejects.toMatchObject({ code: "key_missing" });
});
