import { z } from "zod";

/** What a person can set for themselves. */
export const preferencesSchema = z.strictObject({
  displayName: z.string().trim().min(1).max(80),
  locale: z.enum(["en-GB", "en-US", "de-DE", "fr-FR"]),
  timeZone: z.string().min(1).max(64),
  theme: z.enum(["system", "light", "dark"]),
  emailDigest: z.boolean(),
});
export type Preferences = z.infer<typeof preferencesSchema>;

/** `GET /profile/me` */
export const profileSchema = z.object({
  id: z.string(),
  email: z.email(),
  preferences: preferencesSchema,
  /** Names of the dashboard tiles the person has pinned, in order. */
  pins: z.array(z.string()),
  updatedAt: z.iso.datetime().nullable(),
});
export type Profile = z.infer<typeof profileSchema>;

/** `PUT /profile/me/pins` */
export const pinsSchema = z.strictObject({ pins: z.array(z.string().min(1).max(80)).max(50) });
export type Pins = z.infer<typeof pinsSchema>;
