import type { DemoAccount } from "@mullion/local";
import type { UserAgent } from "@mullion/testing";
import type { Fronts } from "./fronts.ts";
import { sessionCookie } from "./session-cookie.ts";
import { isLanding } from "./visitor.ts";

const callbackPath = "/api/auth/callback/mullion";

/** Signs an account in at identity and stops before the browser follows the redirect back to the shell's callback. */
export async function reachCallback(
  fronts: Fronts,
  agent: UserAgent,
  account: DemoAccount,
  returnPath = "/user",
): Promise<URL> {
  const until = ({ pathname }: URL): boolean => pathname === callbackPath;
  const start = `${fronts.origin}/signin?callbackUrl=${encodeURIComponent(returnPath)}`;
  const page = await agent.open(start, { until });
  if (page.response === null) return page.url;
  const { email, password } = account;
  const { url } = await agent.submit(page, { email, password }, { until });
  if (url.pathname !== callbackPath) throw new Error(`the sign-in ended at ${url.href}`);
  return url;
}

/** Signs somebody in anew who is signed in at identity; returns the session id. */
export async function signInAgain(fronts: Fronts, agent: UserAgent): Promise<string> {
  await agent.open(`${fronts.origin}/signin`, { until: isLanding(fronts) });
  const sid = await agent.cookie(fronts.origin, sessionCookie);
  if (sid === undefined) throw new Error("there is no session cookie");
  return sid;
}

/** Where somebody who is signed in at identity lands after signing in with these parameters: all of it redirects. */
export async function landAfterSignIn(fronts: Fronts, identityOf: UserAgent, query: string): Promise<URL> {
  const agent = fronts.newAgent();
  for (const cookie of await identityOf.cookies.getCookies(fronts.origin)) {
    if (cookie.key.startsWith("mullion_identity")) await agent.cookies.setCookie(cookie, fronts.origin);
  }
  return (await agent.open(`${fronts.origin}/signin?${query}`, { until: isLanding(fronts) })).url;
}
