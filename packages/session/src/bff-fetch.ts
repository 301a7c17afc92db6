import type { ZodType } from "zod";
import { BffError, toBffError } from "./errors.ts";

/** Sent with every call: a cross-site form or image cannot set it, and a cross-site script needs a preflight. */
const csrfHeader = { "x-mullion-csrf": "1" };

/** One call through the BFF. `path` is the API's path, e.g. `/profile/me`; `body` is sent as JSON. */
export interface BffRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
}

/**
 * Calls the shell's BFF with the session cookie. Resolves to the parsed JSON, or `undefined` for 204.
 * @throws {BffError}
 */
export async function bffFetch({ method, path, body }: BffRequest): Promise<unknown> {
  const response = await fetch(`/api/bff${path}`, {
    method,
    credentials: "same-origin",
    headers: {
      ...csrfHeader,
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw new BffError(
      { status: 0, code: "network_error", message: "The server could not be reached." },
      { cause },
    );
  });
  if (!response.ok) throw await toBffError(response);
  if (response.status === 204) return undefined;
  return response.json() as Promise<unknown>;
}

/**
 * Checks data against its contract.
 * @throws {BffError} `bad_response` naming the first wrong place.
 */
export function parseData<T>(schema: ZodType<T>, data: unknown): T {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new BffError(
    {
      status: 0,
      code: "bad_response",
      message: `The answer does not match its contract at ${issue?.path.join(".") ?? "its root"}.`,
    },
    { cause: result.error },
  );
}
