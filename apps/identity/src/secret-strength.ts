import { z } from "zod";

const minLength = 32;
// 32 random hexadecimal digits have fewer than ten different ones once in ten thousand times, base64 never.
const minDistinct = 9;
const placeholder = /change.?me|example|placeholder|default|password|secret|insecure/i;

/** What makes a secret guessable; undefined when it looks as if it had been generated. */
export function weaknessOf(secret: string): string | undefined {
  if (secret.length < minLength) return `must have at least ${String(minLength)} characters`;
  if (placeholder.test(secret)) return "looks like a placeholder: generate one";
  return new Set(secret).size < minDistinct ? "repeats itself: generate one" : undefined;
}

/** A secret that looks as if it had been generated. */
export const secretSchema = z.string().superRefine((secret, context) => {
  const message = weaknessOf(secret);
  if (message !== undefined) context.addIssue({ code: "custom", message });
});
