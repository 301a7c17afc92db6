import { expect } from "vitest";
import { type OpenIdProvider, type Parameters, postLogoutRedirectUri } from "./openid-provider.ts";

/** How a request to sign out ended. */
interface SignOutEnding {
  callback: URL | undefined;
  status: number;
  page: string;
}

export const signOutState = "suite-end-session-state";

/** The whole request of the suite; each module leaves out or changes what it is about. */
export function signOutRequest(idToken: string): Record<string, string> {
  return { id_token_hint: idToken, post_logout_redirect_uri: postLogoutRedirectUri, state: signOutState };
}

/** Sends the browser to the end session endpoint, and answers the question that is asked there with yes. */
export async function signOut(op: OpenIdProvider, parameters: Parameters): Promise<SignOutEnding> {
  const { issuer } = op.identity;
  const query = new URLSearchParams(parameters).toString();
  const first = await op.browser.get(`${op.endpoint("end_session_endpoint")}?${query}`);
  const asked = await first.text();
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(asked)?.[1];
  if (xsrf === undefined) return { callback: undefined, status: first.status, page: asked };
  const sent = await op.browser.post(`${issuer}/session/end/confirm`, { xsrf, logout: "yes" });
  const { url, response } = await op.browser.follow(sent);
  const left = !url.startsWith(issuer);
  return {
    callback: left ? new URL(url) : undefined,
    status: response.status,
    page: left ? "" : await response.text(),
  };
}

/** Whether the browser is still signed in at the provider: a request with `prompt=none` tells. */
export async function isSignedIn(op: OpenIdProvider): Promise<boolean> {
  const { callback } = await op.authorize(op.authorizationRequest({ prompt: "none" }));
  const error = callback?.searchParams.get("error") ?? null;
  if (error !== null) expect(error).toBe("login_required");
  return error === null;
}
