import { AccessTokenError, createClientCredentials } from "@mullion/access-token";
import { type Problem, problemSchema } from "@mullion/contracts";
import pRetry from "p-retry";
import { CliError } from "../errors.ts";
import { freshLogin } from "../login/access-token.ts";

/** Where the registry and its authorization server are, and as whom to act. */
export interface Connection {
  /** Base URL of the registry. */
  readonly registry: string;
  /** Issuer identifier of the authorization server. */
  readonly issuer: string;
  readonly clientId: string;
  /** Of a client that acts for itself. Without it the CLI acts for the person who signed in at the issuer. */
  readonly clientSecret?: string;
}

/** A request to the registry. */
export interface RegistryRequest {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  readonly path: string;
  readonly json?: unknown;
  readonly bytes?: Uint8Array<ArrayBuffer>;
}

/** Sends a request with a token, again after passing trouble, and gives the JSON of a success. */
export type SendRequest = (request: RegistryRequest) => Promise<unknown>;

/** All that commands may need; the issuer grants of it what the client was registered for. */
const scope = "registry:read registry:publish registry:override registry:admin";
// Publishing compresses files: seconds for a large remote.
const timeoutMs = 120_000;

/** How often to try again after passing trouble, and how long to wait first; the wait doubles each time. */
export interface RetryPolicy {
  readonly retries: number;
  readonly firstDelayMs: number;
}

const patience: RetryPolicy = { retries: 4, firstDelayMs: 250 };

/** Worth another attempt: nobody answered, or whoever did is overloaded or restarting. */
class PassingTrouble extends Error {}

function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

async function problemOf(response: Response): Promise<Problem | undefined> {
  const parsed = problemSchema.safeParse(await response.json().catch(() => undefined));
  return parsed.success ? parsed.data : undefined;
}

/** Who is not let in, and what that takes. */
function refusalTo({ clientId, clientSecret }: Connection): { who: string; hint: string } {
  return clientSecret === undefined
    ? { who: "you", hint: "mullion whoami says as whom you are signed in, and what that allows." }
    : {
        who: clientId,
        hint: "A client may do what it is registered for: registry:read, registry:publish, registry:override, registry:admin.",
      };
}

async function toError(response: Response, connection: Connection): Promise<Error> {
  const { registry } = connection;
  const problem = await problemOf(response);
  const what = problem?.detail ?? problem?.title ?? `HTTP ${String(response.status)}`;
  if (isPassing(response.status)) return new PassingTrouble(`${registry} answered: ${what}`);
  if (response.status === 401 || response.status === 403) {
    const { who, hint } = refusalTo(connection);
    return new CliError("not_allowed", `The registry does not let ${who} do this: ${what}`, {
      hint,
      problemCode: problem?.code,
    });
  }
  return new CliError("refused", what, { problemCode: problem?.code, findings: problem?.issues });
}

/** An issuer that said no is not asked again; one that did not answer is. */
function toTokenError(error: unknown, { issuer, clientId }: Connection): Error {
  if (!(error instanceof AccessTokenError)) return error instanceof Error ? error : new Error(String(error));
  const { cause } = error;
  const status = cause instanceof Error && "status" in cause ? cause.status : undefined;
  if (typeof status === "number" && !isPassing(status)) {
    return new CliError("credentials_refused", `${issuer} gave ${clientId} no token for the registry.`, {
      hint: "Check MULLION_CLIENT_ID and MULLION_CLIENT_SECRET, and that the client may use client_credentials.",
      cause: error,
    });
  }
  return new PassingTrouble(`${issuer} gave no token`, { cause: error });
}

/** Gives tokens of the client, or of whoever signed in. */
function tokensOf({ issuer, clientId, clientSecret }: Connection): () => Promise<string> {
  if (clientSecret === undefined) return async () => (await freshLogin(issuer)).accessToken;
  const credentials = createClientCredentials({ issuer, clientId, clientSecret, scope });
  return () => credentials.getToken();
}

/** A way to send requests as the client of `connection`, or as whoever signed in. One token serves them all. */
export function createSender(connection: Connection, retry: RetryPolicy = patience): SendRequest {
  const { registry, issuer } = connection;
  const base = new URL(registry.endsWith("/") ? registry : `${registry}/`);
  const getToken = tokensOf(connection);

  async function attempt({ method, path, json, bytes }: RegistryRequest): Promise<unknown> {
    const token = await getToken().catch((error: unknown) => {
      throw toTokenError(error, connection);
    });
    const type = bytes === undefined ? "application/json" : "application/octet-stream";
    const body = bytes ?? (json === undefined ? undefined : JSON.stringify(json));
    let response: Response;
    try {
      response = await fetch(new URL(path, base), {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { "content-type": type }),
        },
        ...(body === undefined ? {} : { body }),
        redirect: "error",
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (cause) {
      throw new PassingTrouble(`${registry} does not answer`, { cause });
    }
    if (!response.ok) throw await toError(response, connection);
    return response.status === 204 ? undefined : response.json();
  }

  return async (request) => {
    try {
      return await pRetry(() => attempt(request), {
        retries: retry.retries,
        minTimeout: retry.firstDelayMs,
        randomize: true,
        shouldRetry: ({ error }) => error instanceof PassingTrouble,
      });
    } catch (error) {
      if (!(error instanceof PassingTrouble)) throw error;
      throw new CliError("unreachable", `${error.message}.`, {
        hint: `Is it running? Registry ${registry}, issuer ${issuer}.`,
        cause: error,
      });
    }
  };
}
