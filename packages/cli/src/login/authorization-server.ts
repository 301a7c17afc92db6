import { accessTokenClaimsSchema } from "@mullion/contracts";
import { decodeJwt } from "jose";
import * as oidc from "openid-client";
import pRetry from "p-retry";
import { CliError } from "../errors.ts";
import type { Login } from "./credentials-file.ts";

/** The public client (RFC 6749 section 2.1) that people sign in to the CLI with. */
export const loginClientId = "mullion-cli";

const timeoutSeconds = 10;
const retries = 3;

function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
}

/** OAuth's code of a refusal; undefined when nobody refused anything. */
export function refusalOf(error: unknown): string | undefined {
  return error instanceof oidc.ResponseBodyError ? error.error : undefined;
}

function isPassing(error: unknown): boolean {
  if (error instanceof oidc.ResponseBodyError) return error.status === 429 || error.status >= 500;
  return !(error instanceof CliError);
}

/**
 * Does `work`, again when the issuer did not answer. Asking twice is safe where this is used: identity repeats the answer
 * to a refresh that was lost (ADR 11).
 * @throws {CliError} `unreachable`; what the issuer refuses is thrown as it came.
 */
export async function reach<T>(issuer: string, work: () => Promise<T>): Promise<T> {
  try {
    return await pRetry(work, {
      retries,
      minTimeout: 250,
      randomize: true,
      shouldRetry: ({ error }) => isPassing(error),
    });
  } catch (cause) {
    if (!isPassing(cause)) throw cause;
    throw new CliError("unreachable", `${issuer} does not answer as an authorization server.`, {
      hint: "Is it running, and is this its address?",
      cause,
    });
  }
}

/**
 * What the issuer says of itself, for the client that people sign in with.
 * @throws {CliError} `usage` for plain http to another machine, `unreachable`.
 */
export async function discover(issuer: string): Promise<oidc.Configuration> {
  const url = new URL(issuer);
  if (url.protocol !== "https:" && !isLoopback(url)) {
    throw new CliError("usage", `${issuer} is not https: tokens would travel in the clear.`);
  }
  const execute = url.protocol === "https:" ? [] : [oidc.allowInsecureRequests];
  return reach(issuer, () =>
    oidc.discovery(url, loginClientId, undefined, oidc.None(), { execute, timeout: timeoutSeconds }),
  );
}

/** A sign-in as it is kept. Names and roles are for people to read; whoever decides by them verifies the token. */
export function toLogin(
  tokens: oidc.TokenEndpointResponse,
  known: Pick<Login, "refreshToken"> | undefined,
  now: number,
): Login {
  const { access_token: accessToken, refresh_token: refreshToken = known?.refreshToken } = tokens;
  if (refreshToken === undefined) {
    throw new CliError("sign_in_refused", "The issuer gave no refresh token.", {
      hint: "Is the address of the account confirmed? Look for the mail with the link, then try again.",
    });
  }
  const { sub, name, email, roles, scope } = accessTokenClaimsSchema.parse(decodeJwt(accessToken));
  return {
    clientId: loginClientId,
    refreshToken,
    accessToken,
    expiresAt: now + (tokens.expires_in ?? 60) * 1_000,
    user: {
      id: sub,
      ...(name === undefined ? {} : { name }),
      ...(email === undefined ? {} : { email }),
      roles,
    },
    scopes: scope.split(" ").filter((part) => part !== ""),
  };
}
