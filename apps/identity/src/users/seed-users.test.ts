import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIdentity, type TestIdentity } from "../../test/identity.ts";
import { hashPassword, verifyPassword } from "./password.ts";
import { seedUsers } from "./seed-users.ts";
import { findUserByEmail } from "./user-store.ts";

describe("seeding users", () => {
  let identity: TestIdentity;
  let folder: string;

  beforeAll(async () => {
    identity = await startIdentity();
    folder = await mkdtemp(join(tmpdir(), "mullion-seed-"));
  });
  afterAll(async () => {
    await identity.close();
    await rm(folder, { recursive: true });
  });

  it("creates each user once and leaves a changed password and role alone", async () => {
    const file = join(folder, "seed.json");
    const user = { email: "Ada@mullion.test", name: "Ada", password: "first password", roles: ["admin"] };
    await writeFile(file, JSON.stringify({ users: [user] }));
    expect(await seedUsers(identity.pool, file)).toEqual(["Ada@mullion.test"]);
    const created = await findUserByEmail(identity.pool, "ada@mullion.test");
    expect(created?.user).toMatchObject({ name: "Ada", roles: ["admin"], emailVerified: true });
    expect(created?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);

    await identity.pool.query("update users set password_hash = $1", [
      await hashPassword("changed password"),
    ]);
    await identity.pool.query("update user_roles set role = 'viewer'");
    expect(await seedUsers(identity.pool, file)).toEqual([]);
    const kept = await findUserByEmail(identity.pool, "ada@mullion.test");
    expect(kept?.user.roles).toEqual(["viewer"]);
    expect(await verifyPassword(kept?.passwordHash ?? null, "changed password")).toBe(true);
  });

  it("refuses a file with a user it cannot make sense of", async () => {
    const file = join(folder, "bad.json");
    await writeFile(
      file,
      JSON.stringify({ users: [{ email: "x", password: "short", name: "", roles: [] }] }),
    );
    await expect(seedUsers(identity.pool, file)).rejects.toThrow();
  });
});
