import { z } from "zod";
import { roleSchema } from "./roles.ts";

/** A user as the admin API shows one. */
export const userSchema = z.object({
  id: z.string(),
  email: z.email(),
  name: z.string(),
  roles: z.array(roleSchema),
  createdAt: z.iso.datetime(),
  lastSignInAt: z.iso.datetime().nullable(),
});
export type User = z.infer<typeof userSchema>;

/** `GET /identity/users` */
export const userListSchema = z.object({ users: z.array(userSchema) });
export type UserList = z.infer<typeof userListSchema>;

/** `PATCH /identity/users/:id` */
export const userPatchSchema = z.strictObject({ roles: z.array(roleSchema).min(1).max(3) });
export type UserPatch = z.infer<typeof userPatchSchema>;
