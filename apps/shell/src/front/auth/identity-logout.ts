import { request } from "undici";

/** Client that ends sign-ins at identity. */
export interface IdentityLogoutOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

const timeoutMs = 3_000;

/**
 * Ends a sign-in at identity, server to server: its session, the grant and the refresh tokens. RP-initiated logout
 * would carry the ID token through the browser, so the shell does not use it.
 * @throws {Error} when identity does not confirm.
 */
export async function endSignIn(options: IdentityLogoutOptions, identitySid: string): Promise<void> {
  const { issuer, clientId, clientSecret } = options;
  const credentials = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
  const response = await request(new URL("/session/terminate", issuer), {
    method: "POST",
    headers: {
      authorization: `Basic ${Buffer.from(credentials).toString("base64")}`,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: new URLSearchParams({ sid: identitySid }).toString(),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  await response.body.dump();
  if (response.statusCode !== 204) throw new Error(`Identity answered ${response.statusCode} to a sign-out.`);
}
