import type { DemoAccount, Platform } from "@mullion/local";
import { createUserAgent } from "@mullion/testing";
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
  const agent = createUserAgent();
  const until = (url: URL): boolean => url.origin !== start.origin;
  const page = await agent.open(start, { until });
  return (await agent.submit(page, { email, password }, { until })).url;
}
