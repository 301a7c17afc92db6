import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publicKeyOf, rootKeysSchema } from "@mullion/release-signing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openSigningKeys, rootKeysText } from "./signing-keys.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mullion-signing-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

it("makes each key once, in a file that only its owner may read", async () => {
  const first = await openSigningKeys(folder);
  const keys = await Promise.all([first.of("user"), first.of("user"), first.of("billing")]);
  expect(keys[0]).toEqual(keys[1]);
  expect(keys[0]).not.toEqual(keys[2]);
  const again = await openSigningKeys(folder);
  expect([again.root, await again.of("user"), await again.of("billing")]).toEqual([
    first.root,
    keys[0],
    keys[2],
  ]);
  expect(await readdir(join(folder, "teams"))).toEqual(["billing.jwk", "user.jwk"]);
  for (const file of ["root.jwk", "teams/user.jwk"]) {
    expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);
  }
});

it("gives apps the public half of the root key only", async () => {
  const keys = await openSigningKeys(folder);
  const text = rootKeysText(keys);
  expect(rootKeysSchema.parse(text)).toEqual([publicKeyOf(keys.root)]);
  expect(text).not.toContain(keys.root.d);
});
