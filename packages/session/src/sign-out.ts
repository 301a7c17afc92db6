import { z } from "zod";
import { BffError, toBffError } from "./errors.ts";

const csrfSchema = z.object({ csrfToken: z.string() });
const signedOutSchema = z.object({ url: z.string() });

async function readJson<T>(response: Response, schema: z.ZodType<T>): Promise<T> {
  if (!response.ok) throw await toBffError(response);
  const parsed = schema.safeParse(await response.json());
  if (!parsed.success) {
    throw new BffError({
      status: response.status,
      code: "bad_response",
      message: "Unexpected answer at sign-out.",
    });
  }
  return parsed.data;
}

/**
 * Ends the session through NextAuth (its CSRF token, then its sign-out), then leaves for the start page.
 * @throws {BffError} when the shell cannot be reached; the session then still stands.
 */
export async function signOut(): Promise<void> {
  const { csrfToken } = await readJson(await fetch("/api/auth/csrf"), csrfSchema);
  const { url } = await readJson(
    await fetch("/api/auth/signout", {
      method: "POST",
      body: new URLSearchParams({ csrfToken, callbackUrl: "/", json: "true" }),
    }),
    signedOutSchema,
  );
  window.location.assign(url);
}

/** Goes to sign-in and comes back to this page afterwards. */
export function leaveForSignIn(): void {
  const here = window.location.pathname + window.location.search;
  window.location.assign(`/signin?callbackUrl=${encodeURIComponent(here)}`);
}
