import { backgroundHeader, csrfHeader, remoteHeader } from "@mullion/contracts";
import type { ZodType } from "zod";
import { BffError, toBffError } from "./errors.ts";

/** One call through the BFF. `path` is the API's path, e.g. `/profile/me`; `body` is sent as JSON. */
export interface BffRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  /** The remote that it is made for; null for the host. */
  readonly remote?: string | null;
}

/** How a call is sent. */
interface FetchOptions {
  readonly method: BffRequest["method"];
  readonly body?: unknown;
  readonly remote?: string | null;
  /** No person caused it just now: it does not prolong the session. */
  readonly background: boolean;
  readonly accept?: string;
  readonly lastEventId?: string;
  readonly signal?: AbortSignal | undefined;
}

function headersFor({ body, remote, background, accept, lastEventId }: FetchOptions): Headers {
  const headers = new Headers({ accept: accept ?? "application/json", [csrfHeader]: "1" });
  if (body !== undefined) headers.set("content-type", "application/json");
  if (background) headers.set(backgroundHeader, "1");
  if (remote !== undefined && remote !== null) headers.set(remoteHeader, remote);
  if (lastEventId !== undefined) headers.set("last-event-id", lastEventId);
  return headers;
}

/**
 * Calls the shell with the session cookie and the headers that its guard asks for.
 * @throws {BffError} when there was no response; a response of any status is returned.
 */
export async function shellFetch(url: string, options: FetchOptions): Promise<Response> {
  const { method, body, signal } = options;
  try {
    return await fetch(url, {
      method,
      credentials: "same-origin",
      cache: "no-store",
      headers: headersFor(options),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (cause) {
    throw new BffError(
      { status: 0, code: "network_error", message: "The server could not be reached." },
      { cause },
    );
  }
}

/**
 * The JSON of a response, `undefined` for 204.
 * @throws {BffError} the problem it holds, or `bad_response` when it is no JSON.
 */
export async function readJson(response: Response): Promise<unknown> {
  if (!response.ok) throw await toBffError(response);
  if (response.status === 204) return undefined;
  try {
    return await response.json();
  } catch (cause) {
    throw new BffError(
      { status: response.status, code: "bad_response", message: "The server's answer could not be read." },
      { cause },
    );
  }
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
