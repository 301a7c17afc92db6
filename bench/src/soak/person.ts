import type { DemoAccount, Platform } from "@mullion/local";
import { createUserAgent } from "@mullion/testing";

const sessionCookie = "__Host-mullion.sid";

/** Somebody who is signed in at the shell. */
export interface Person {
  readonly account: DemoAccount;
  /** The `Cookie` header of the browser: the session and nothing else. */
  readonly cookie: string;
  /** Signs out as the shell's button does; resolves to the status. */
  signOut(): Promise<number>;
}

/** Signs an account in by the forms of the shell and of identity, in a browser of its own. */
export async function signIn(platform: Platform, account: DemoAccount): Promise<Person> {
  const origin = platform.shellUrl;
  const agent = createUserAgent();
  const until = (url: URL): boolean =>
    url.origin === origin && !url.pathname.startsWith("/api/auth/") && url.pathname !== "/signin";
  const form = await agent.open(`${origin}/signin?callbackUrl=%2Fdashboard`, { until });
  const { email, password } = account;
  const landed = await agent.submit(form, { email, password }, { until });
  const sid = await agent.cookie(origin, sessionCookie);
  if (sid === undefined) throw new Error(`the sign-in ended at ${landed.url.href} without a session`);
  return {
    account,
    cookie: `${sessionCookie}=${sid}`,
    async signOut() {
      const csrf = await agent.fetch(`${origin}/api/auth/csrf`);
      const { csrfToken } = (await csrf.json()) as { csrfToken: string };
      const answer = await agent.fetch(`${origin}/api/auth/signout`, {
        method: "POST",
        headers: { origin },
        body: new URLSearchParams({ csrfToken, callbackUrl: "/", json: "true" }),
      });
      await answer.text();
      return answer.status;
    },
  };
}
