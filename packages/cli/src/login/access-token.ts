import * as oidc from "openid-client";
import { CliError } from "../errors.ts";
import { discover, reach, refusalOf, toLogin } from "./authorization-server.ts";
import { changeLogin, type Login, readLogin } from "./credentials-file.ts";

/** A token is replaced so long before it expires: what is done with it may take a while. */
const renewBeforeExpiryMs = 60_000;

function isFresh(login: Login): boolean {
  return Date.now() < login.expiresAt - renewBeforeExpiryMs;
}

function notSignedIn(issuer: string): CliError {
  return new CliError("not_signed_in", `Nobody is signed in at ${issuer}.`, {
    hint: "Sign in with: mullion login. Scripts set MULLION_CLIENT_ID and MULLION_CLIENT_SECRET instead.",
  });
}

async function refresh(issuer: string, login: Login): Promise<Login | undefined> {
  const server = await discover(issuer);
  try {
    const tokens = await reach(issuer, () => oidc.refreshTokenGrant(server, login.refreshToken));
    return toLogin(tokens, login, Date.now());
  } catch (error) {
    // Signed out elsewhere, expired, or used by somebody else: it opens nothing any more.
    if (refusalOf(error) === "invalid_grant") return undefined;
    throw error;
  }
}

/**
 * The sign-in at an issuer with an access token that is good for a minute at least. Of several processes that find it
 * expired one refreshes, the others take what it got.
 * @throws {CliError} `not_signed_in`, `unreachable` or `credentials_invalid`.
 */
export async function freshLogin(issuer: string): Promise<Login> {
  const known = await readLogin(issuer);
  if (known === undefined) throw notSignedIn(issuer);
  if (isFresh(known)) return known;
  const login = await changeLogin(issuer, async (current) =>
    current === undefined || isFresh(current) ? current : refresh(issuer, current),
  );
  if (login === undefined) throw notSignedIn(issuer);
  return login;
}
