import { z } from "zod";
import { signingAlgorithmSchema } from "./identity-clients.ts";

/** A signing key as the admin API shows one: never its private part. */
export const signingKeySchema = z.object({
  kid: z.string(),
  alg: signingAlgorithmSchema,
  /** Published and not yet signing, signing, published and no longer signing. */
  status: z.enum(["next", "current", "previous"]),
  publishedAt: z.iso.datetime(),
  currentSince: z.iso.datetime().nullable(),
  /** When it is taken away. */
  retiresAt: z.iso.datetime().nullable(),
});
export type SigningKey = z.infer<typeof signingKeySchema>;

/** `GET /identity/keys`, and the answer to whatever changes them. */
export const keyListSchema = z.object({ keys: z.array(signingKeySchema) });
export type KeyList = z.infer<typeof keyListSchema>;

/** `POST /identity/keys/rotate`: one algorithm, or all. */
export const keyRotationSchema = z.strictObject({ alg: signingAlgorithmSchema.optional() });
export type KeyRotation = z.infer<typeof keyRotationSchema>;
