import type { CookiesOptions } from "next-auth";
import { sessionCookie } from "../session/session-cookie.ts";

/** NextAuth's CSRF cookie. */
export const csrfCookie = "__Host-mullion.csrf";

/** Cookie that remembers where to go after sign-in. */
export const returnCookie = "__Host-mullion.return";

const transactionMaxAgeSeconds = 900;

/**
 * Every cookie of the shell: `__Host-` (Secure, Path=/, no Domain), HttpOnly, SameSite=Lax. Not Strict, because the
 * redirect back from identity is a cross-site navigation in production and would arrive without its transaction.
 */
export function cookiesOptions(): CookiesOptions {
  const options = { httpOnly: true, secure: true, sameSite: "lax", path: "/" } as const;
  const transaction = { ...options, maxAge: transactionMaxAgeSeconds };
  return {
    sessionToken: { name: sessionCookie, options },
    csrfToken: { name: csrfCookie, options },
    callbackUrl: { name: returnCookie, options },
    state: { name: "__Host-mullion.state", options: transaction },
    nonce: { name: "__Host-mullion.nonce", options: transaction },
    pkceCodeVerifier: { name: "__Host-mullion.pkce", options: transaction },
  };
}
