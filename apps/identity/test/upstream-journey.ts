import { createGitHub } from "../src/federation/github.ts";
import { createGoogle } from "../src/federation/google.ts";
import { redirectUriOf, type UpstreamId } from "../src/federation/upstream.ts";
import { Browser } from "./browser.ts";
import { githubClient, startGitHub, type TestGitHub } from "./github.ts";
import { googleClient, startGoogle, type TestGoogle } from "./google.ts";
import { startIdentity, type TestIdentity, type TestIdentityOptions } from "./identity.ts";
import { decodeClaims, RelyingParty } from "./relying-party.ts";

/** Identity with a Google and a GitHub that answer as the real ones do. */
export interface FederatedIdentity {
  identity: TestIdentity;
  google: TestGoogle;
  github: TestGitHub;
  shell: RelyingParty;
  close(): Promise<void>;
}

export async function startFederatedIdentity(options: TestIdentityOptions = {}): Promise<FederatedIdentity> {
  let issuer = "";
  const google = await startGoogle(() => redirectUriOf(issuer, "google"));
  const github = await startGitHub(() => redirectUriOf(issuer, "github"));
  const identity = await startIdentity({
    ...options,
    upstreams: [
      createGoogle({ ...googleClient, issuer: google.issuer }),
      createGitHub({ ...githubClient, url: github.url, apiUrl: `${github.url}/api` }),
    ],
  });
  ({ issuer } = identity);
  return {
    identity,
    google,
    github,
    shell: await RelyingParty.discover(identity),
    async close() {
      await identity.close();
      await google.close();
      await github.close();
    },
  };
}

/** Clicks a link to another provider; returns the address that the provider sends the browser back to. */
export async function visitUpstream(browser: Browser, link: string): Promise<string> {
  const left = await browser.get(link, { "sec-fetch-site": "same-origin" });
  const request = left.headers.get("location");
  if (request === null) throw new Error(`no way to the provider: ${String(left.status)}`);
  const answer = await fetch(request, { redirect: "manual" });
  const callback = answer.headers.get("location");
  if (callback === null) throw new Error(`the provider refused: ${await answer.text()}`);
  return callback;
}

/** Where a sign-in by way of another provider ended. */
export interface Arrival {
  url: string;
  status: number;
  page: string;
  /** The user, when the client got tokens. */
  userId: string | undefined;
}

/** Signs in at the shell by way of another provider. */
export async function signInWith(
  { shell, identity }: FederatedIdentity,
  upstream: UpstreamId,
  browser: Browser = new Browser(),
): Promise<Arrival> {
  const authorization = await shell.authorization();
  const { url: signInPage } = await browser.follow(authorization.url);
  const callback = await visitUpstream(browser, `${signInPage}/federation/${upstream}`);
  const { url, response } = await browser.follow(callback);
  const arrived = !url.startsWith(identity.issuer);
  const tokens = arrived ? await shell.tokens(authorization, url) : undefined;
  const userId = tokens?.id_token === undefined ? undefined : String(decodeClaims(tokens.id_token)["sub"]);
  return { url, status: response.status, page: await response.text(), userId };
}
