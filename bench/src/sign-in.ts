import type { DemoAccount, Platform } from "@mullion/local";
import * as oauth from "oauth4webapi";
// Plain http: the platform under test is on this machine.
import { allowInsecureRequests } from "oauth4webapi";

const http = { [allowInsecureRequests]: true };
const redirectPath = "/api/auth/callback/mullion";

/** Signs a demo account in at identity, as the shell would, and returns its access token. */
export async function accessTokenOf(
  platform: Platform,
  account: DemoAccount,
  scope: string,
): Promise<string> {
  const issuer = new URL(platform.url("identity"));
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, http));
  const client = { client_id: "mullion-shell" };
  const redirectUri = `${platform.shellUrl}${redirectPath}`;
  const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
  const authorization = new URL(server.authorization_endpoint ?? "");
  authorization.search = new URLSearchParams({
    client_id: client.client_id,
    response_type: "code",
    redirect_uri: redirectUri,
    scope: `openid ${scope}`,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  }).toString();
  const callback = await signInByForm(authorization, account);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.ClientSecretBasic(platform.secrets.shellClient),
    oauth.validateAuthResponse(server, client, callback, state),
    redirectUri,
    verifier,
    http,
  );
  return (await oauth.processAuthorizationCodeResponse(server, client, response)).access_token;
}

/** Goes through identity's pages with an account; returns the address it is sent back to. */
async function signInByForm(start: URL, { email, password }: DemoAccount): Promise<URL> {
  const cookies = new Map<string, string>();
  const request = async (url: URL, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { accept: "text/html", origin: url.origin, cookie };
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [name = "", value = ""] = (line.split(";")[0] ?? "").split(/=(.*)/s);
      cookies.set(name, value);
    }
    return response;
  };
  const follow = async (url: URL, response: Response): Promise<{ url: URL; page: string }> => {
    const location = response.headers.get("location");
    const page = await response.text();
    if (location === null) return { url, page };
    const next = new URL(location, url);
    return next.origin === url.origin ? follow(next, await request(next)) : { url: next, page };
  };
  const form = await follow(start, await request(start));
  const action = /<form[^>]*action="([^"]+)"/.exec(form.page)?.[1];
  if (action === undefined) throw new Error(`no sign-in form at ${form.url.href}`);
  const target = new URL(action, form.url);
  const answer = await request(target, { method: "POST", body: new URLSearchParams({ email, password }) });
  return (await follow(target, answer)).url;
}
