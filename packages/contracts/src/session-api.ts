import { z } from "zod";

/**
 * Request header of calls that no person caused just now (polling, a timer, a stream that reconnects): they do not
 * prolong the session. Any value counts.
 */
export const backgroundHeader = "x-mullion-background";

export { csrfHeader } from "./csrf-header.ts";

/** Request header that names the remote a call is made for; its manifest must declare the route's scope. */
export const remoteHeader = "x-mullion-remote";

/** One signed-in browser of the user. */
export const deviceSchema = z.object({
  /** Names the session in this list only; opens nothing. */
  id: z.string(),
  /** True for the browser that asks. */
  current: z.boolean(),
  userAgent: z.string(),
  ipAddress: z.string(),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
export type Device = z.infer<typeof deviceSchema>;

/** `GET /session/devices`: this browser first, then the others, most recently used first. */
export const deviceListSchema = z.object({ devices: z.array(deviceSchema) });
export type DeviceList = z.infer<typeof deviceListSchema>;

/** `DELETE /session/devices` and `DELETE /identity/users/:id/sessions`: how many sessions were ended. */
export const revokedSchema = z.object({ revoked: z.number().int().min(0) });
export type Revoked = z.infer<typeof revokedSchema>;
