import { z } from "zod";
import { roleSchema } from "./roles.ts";

/** What the browser and the render process may know of a session. Holds no token and no session id. */
export const sessionViewSchema = z.object({
  user: z.object({ id: z.string(), name: z.string(), email: z.email() }),
  roles: z.array(roleSchema),
  /** End of the session whatever the activity, ISO 8601 in UTC. */
  expiresAt: z.iso.datetime(),
  /** End of the session if nothing is done until then, ISO 8601 in UTC; never after `expiresAt`. */
  idleExpiresAt: z.iso.datetime(),
});
export type SessionView = z.infer<typeof sessionViewSchema>;

/** `GET /api/session`: the view, or `null` for a visitor who is not signed in. */
export const sessionResponseSchema = z.object({ session: sessionViewSchema.nullable() });
export type SessionResponse = z.infer<typeof sessionResponseSchema>;
