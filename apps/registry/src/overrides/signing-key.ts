import { z } from "zod";

const coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "32 bytes as base64url");

/** A private P-256 key as a JWK (RFC 7518 section 6.2). */
const privateKeySchema = z.object({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: coordinate,
  y: coordinate,
  d: coordinate,
});
export type PrivateKey = z.infer<typeof privateKeySchema>;

/** The variable with the key that override links are signed with: a private JWK as JSON, kty EC and crv P-256. */
export const signingKeySchema = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue("is no JSON; a private JWK of kty EC and crv P-256 is needed");
      return z.NEVER;
    }
  })
  .pipe(privateKeySchema);
