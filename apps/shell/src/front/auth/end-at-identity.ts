import type { PendingSignOut } from "@mullion/token-store";
import { request } from "undici";

/** Client that ends sign-ins at identity. */
export interface IdentityClient {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

const timeoutMs = 3_000;

/**
 * Ends a sign-in at identity, server to server: its session, the grant and the refresh tokens; or, while other sessions
 * of the same sign-in go on, the refresh token alone (RFC 7009). RP-initiated logout would carry the ID token through
 * the browser, so the shell does not use it.
 * @throws {Error} when identity does not confirm.
 */
export async function endAtIdentity(
  { issuer, clientId, clientSecret }: IdentityClient,
  { identitySid, refreshToken }: PendingSignOut,
): Promise<void> {
  const call = ((): { path: string; form: Record<string, string> } | null => {
    if (identitySid !== null) return { path: "/session/terminate", form: { sid: identitySid } };
    if (refreshToken === null) return null;
    return { path: "/token/revocation", form: { token: refreshToken, token_type_hint: "refresh_token" } };
  })();
  if (call === null) return;
  const credentials = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
  const response = await request(new URL(call.path, issuer), {
    method: "POST",
    headers: {
      authorization: `Basic ${Buffer.from(credentials).toString("base64")}`,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: new URLSearchParams(call.form).toString(),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  await response.body.dump();
  if (response.statusCode !== 204 && response.statusCode !== 200) {
    throw new Error(`Identity answered ${response.statusCode} to a sign-out.`);
  }
}
