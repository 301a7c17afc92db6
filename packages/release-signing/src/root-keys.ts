import { publicKeySchema } from "@mullion/contracts";
import { z } from "zod";

/**
 * Public root keys as an environment variable holds them: a JWK set (RFC 7517 section 5) of which each key is trusted. Two
 * while the root key is being replaced. A private key is refused: it has no business where releases are only verified.
 */
export const rootKeysSchema = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: "custom", message: "not JSON" });
      return z.NEVER;
    }
  })
  .pipe(z.strictObject({ keys: z.array(publicKeySchema).min(1).max(4) }))
  .transform(({ keys }) => keys);
