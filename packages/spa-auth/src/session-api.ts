import { csrfHeader, type SpaSession, type SpaSessionCode } from "@mullion/contracts/spa-session";
import { SpaAuthError } from "./errors.ts";

/** What a person signs in with. */
export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** Identity's session API for one client. The refresh token stays in a cookie that no script can read. */
export interface SessionApi {
  signIn(credentials: Credentials & { readonly scope?: string | undefined }): Promise<SpaSession>;
  refresh(): Promise<SpaSession>;
  signOut(): Promise<void>;
}

const timeoutMs = 10_000;

function retryAfterOf(response: Response): { retryAfterSeconds?: number } {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) ? { retryAfterSeconds: seconds } : {};
}

async function toError(response: Response): Promise<SpaAuthError> {
  const problem = (await response.json().catch(() => ({}))) as { code?: SpaSessionCode; detail?: string };
  const wait = retryAfterOf(response);
  const { status } = response;
  if (status === 429) return new SpaAuthError("too_many_attempts", "Too many attempts.", wait);
  if (status >= 500)
    return new SpaAuthError("identity_unavailable", "Identity cannot answer just now.", wait);
  if (problem.code === "invalid_credentials") {
    return new SpaAuthError("invalid_credentials", "The email address or the password is wrong.");
  }
  if (status === 401) return new SpaAuthError("no_session", "Nobody is signed in.");
  return new SpaAuthError("refused", problem.detail ?? `Identity answered ${status}.`);
}

/** The session API of `clientId` at `issuer`. */
export function createSessionApi(issuer: string, clientId: string): SessionApi {
  async function call(method: string, path: string, body?: unknown): Promise<Response> {
    const headers = new Headers({ [csrfHeader]: "1" });
    if (body !== undefined) headers.set("content-type", "application/json");
    const response = await fetch(`${issuer}/spa/${clientId}/session${path}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      credentials: "include",
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((cause: unknown) => {
      throw new SpaAuthError("identity_unavailable", "Identity cannot be reached.", { cause });
    });
    if (!response.ok) throw await toError(response);
    return response;
  }
  const session = async (answer: Promise<Response>): Promise<SpaSession> =>
    (await answer).json() as Promise<SpaSession>;
  return {
    signIn: (credentials) => session(call("POST", "", credentials)),
    refresh: () => session(call("POST", "/refresh")),
    async signOut() {
      await call("DELETE", "");
    },
  };
}
