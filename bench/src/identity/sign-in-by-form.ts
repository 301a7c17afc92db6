import type { DemoAccount, Platform } from "@mullion/local";
import { createUserAgent } from "@mullion/testing";

const redirectUri = (platform: Platform): string => `${platform.shellUrl}/api/auth/callback/mullion`;
// RFC 7636 appendix B. The benchmark has nobody to hide a verifier from.
const codeVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const codeChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/** Goes from the authorization request through the sign-in page to the code, as a browser without scripts would. */
export async function signInToCode(
  platform: Platform,
  { email, password }: DemoAccount,
  scope: string,
): Promise<string> {
  const issuer = platform.url("identity");
  const query = new URLSearchParams({
    client_id: "mullion-shell",
    response_type: "code",
    redirect_uri: redirectUri(platform),
    scope,
    state: "bench",
    code_challenge: codeChallenge,
    code_challenge_method: "S256",
  });
  const agent = createUserAgent();
  const until = (url: URL): boolean => url.origin !== issuer;
  const page = await agent.open(`${issuer}/auth?${query.toString()}`, { until });
  const { url } = await agent.submit(page, { email, password }, { until });
  const code = url.searchParams.get("code");
  if (code === null) throw new Error(`signing in ended at ${url.origin}${url.pathname} without a code`);
  return code;
}

/** What the token endpoint wants for a code of `signInToCode`. */
export function redemptionOf(platform: Platform, code: string): Record<string, string> {
  return {
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri(platform),
    code_verifier: codeVerifier,
  };
}
