import { type ApiAccess, type ApiAnswer, readApi } from "@mullion/bff";
import { ShellError } from "../errors.ts";
import type { Ticketed } from "./tickets.ts";

const readTimeoutMs = 5_000;

/**
 * Reads data for a page that render draws: what the page's route declares, with the scopes of the very version that it
 * draws. Whoever got hold of the ticket in render gets nothing else.
 * @throws {ShellError} `undeclared_read`.
 */
export async function readForPage(
  api: ApiAccess,
  { page, sessionId, shown, requestId }: Ticketed,
  path: string,
): Promise<ApiAnswer> {
  if (sessionId === null) return { status: 401, data: null };
  if (page.kind !== "remote" || !page.data.includes(path)) {
    throw new ShellError("undeclared_read", `The page declares no data at ${path}.`);
  }
  const access = { ...api, declaredScopes: () => new Set(shown?.manifest.scopes) };
  const remote = shown?.manifest.name;
  return readApi(access, { sessionId, remote, path, requestId, signal: AbortSignal.timeout(readTimeoutMs) });
}
