import { z } from "zod";
import { parseData, readJson } from "./bff-fetch.ts";
import { BffError } from "./errors.ts";

const csrfSchema = z.object({ csrfToken: z.string() });
const signedOutSchema = z.object({ url: z.string() });

async function ask<T>(schema: z.ZodType<T>, url: string, init?: RequestInit): Promise<T> {
  const response = await fetch(url, init).catch((cause: unknown) => {
    throw new BffError(
      { status: 0, code: "network_error", message: "The server could not be reached." },
      { cause },
    );
  });
  return parseData(schema, await readJson(response));
}

/**
 * Ends the session through NextAuth: its CSRF token, then its sign-out. Resolves to where to go then.
 * @throws {BffError} when the shell cannot be reached; the session then still stands.
 */
export async function requestSignOut(): Promise<string> {
  const { csrfToken } = await ask(csrfSchema, "/api/auth/csrf");
  const { url } = await ask(signedOutSchema, "/api/auth/signout", {
    method: "POST",
    body: new URLSearchParams({ csrfToken, callbackUrl: "/", json: "true" }),
  });
  return url;
}
