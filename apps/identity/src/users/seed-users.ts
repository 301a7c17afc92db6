import { readFile } from "node:fs/promises";
import { roleSchema } from "@mullion/contracts";
import type { Pool } from "@mullion/postgres";
import { z } from "zod";
import { hashPassword, maxPasswordLength } from "./password.ts";
import { createUserOnce } from "./user-store.ts";

const seedSchema = z.strictObject({
  users: z.array(
    z.strictObject({
      email: z.email(),
      password: z.string().min(8).max(maxPasswordLength),
      name: z.string().min(1).max(80),
      roles: z.array(roleSchema).min(1),
    }),
  ),
});

/**
 * Creates the users of a seed file (`{ "users": [{ email, password, name, roles }] }`) with verified addresses and
 * returns the addresses created. Users that exist are left alone, their passwords and roles too.
 */
export async function seedUsers(pool: Pool, file: string): Promise<string[]> {
  const { users } = seedSchema.parse(JSON.parse(await readFile(file, "utf8")));
  const created: string[] = [];
  for (const { password, ...user } of users) {
    const isNew = await createUserOnce(pool, { ...user, passwordHash: await hashPassword(password) });
    if (isNew) created.push(user.email);
  }
  return created;
}
