import { z } from "zod";

/** One sign-in of a user, as the admin API shows it. */
export const signInSchema = z.object({
  /** Names the sign-in in this list only; opens nothing. */
  id: z.string(),
  /** Such as `Firefox on Linux`. */
  device: z.string(),
  /** Ids of the clients that hold something of it. */
  clients: z.array(z.string()),
  address: z.string().nullable(),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
export type SignInView = z.infer<typeof signInSchema>;

/** `GET /identity/users/:id/sessions`: the last used first. */
export const signInListSchema = z.object({ sessions: z.array(signInSchema) });
export type SignInList = z.infer<typeof signInListSchema>;
