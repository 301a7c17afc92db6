import type { DemoAccount } from "@mullion/local";
import type { UserAgent, UserAgentRequest } from "@mullion/testing";
import type { FrontName, Fronts } from "./fronts.ts";
import { sessionCookie } from "./session-cookie.ts";

/** Headers that the shell's own page sends with a BFF call: what the client adds, and what the browser does. */
export const sameOriginHeaders = {
  "x-mullion-csrf": "1",
  "sec-fetch-site": "same-origin",
  "sec-fetch-mode": "cors",
  accept: "application/json",
} as const;

/** Options of a call; `front` sends it to that front whatever the turn. */
export interface Call extends UserAgentRequest {
  readonly front?: FrontName;
}

/** A signed-in person. */
export interface Visitor {
  readonly agent: UserAgent;
  readonly account: DemoAccount;
  /** Value of the session cookie at the time of the sign-in. */
  readonly sid: string;
  /** Calls the BFF as a page of the shell does. `path` follows `/api/bff`. */
  call(path: string, options?: Call): Promise<Response>;
  /** Sends JSON the same way. */
  write(
    method: "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    body: unknown,
    options?: Call,
  ): Promise<Response>;
  /** Signs out as the shell's button does. */
  signOut(front?: FrontName): Promise<Response>;
}

/** Cookie header of a session. */
export function cookieOf(sid: string): { cookie: string } {
  return { cookie: `${sessionCookie}=${sid}` };
}

/** True for an address of the shell that is no step of the sign-in. */
export function isLanding(fronts: Fronts): (url: URL) => boolean {
  return ({ origin, pathname }) =>
    origin === fronts.origin && !pathname.startsWith("/api/auth/") && pathname !== "/signin";
}

/** Signs an account in through the shell and identity, as a person does, and stops where the shell lets them in. */
export async function signIn(
  fronts: Fronts,
  account: DemoAccount,
  { agent = fronts.newAgent(), returnPath = "/dashboard" } = {},
): Promise<Visitor> {
  const start = `${fronts.origin}/signin?callbackUrl=${encodeURIComponent(returnPath)}`;
  const until = isLanding(fronts);
  const form = await agent.open(start, { until });
  // Somebody who is signed in at identity already is not asked again.
  if (form.response !== null) {
    const { email, password } = account;
    const landed = await agent.submit(form, { email, password }, { until });
    if (landed.response !== null)
      throw new Error(`sign-in ended at ${landed.url.href} with ${String(landed.response.status)}`);
  }
  const sid = await agent.cookie(fronts.origin, sessionCookie);
  if (sid === undefined) throw new Error("the sign-in left no session cookie");

  const call = async (path: string, { front, ...options }: Call = {}): Promise<Response> =>
    agent.fetch(`${fronts.origin}/api/bff${path}`, {
      ...options,
      headers: { ...sameOriginHeaders, ...options.headers },
      server: fronts.serverOf(front),
    });
  return {
    ...{ agent, account, sid, call },
    write: async (method, path, body, options) =>
      call(path, {
        ...options,
        method,
        body: JSON.stringify(body),
        headers: { origin: fronts.origin, "content-type": "application/json", ...options?.headers },
      }),
    signOut: async (front) => signOut(fronts, agent, front),
  };
}

async function signOut(fronts: Fronts, agent: UserAgent, front?: FrontName): Promise<Response> {
  const csrf = await agent.fetch(`${fronts.origin}/api/auth/csrf`);
  const { csrfToken } = (await csrf.json()) as { csrfToken: string };
  return agent.fetch(`${fronts.origin}/api/auth/signout`, {
    method: "POST",
    headers: { origin: fronts.origin },
    body: new URLSearchParams({ csrfToken, callbackUrl: "/", json: "true" }),
    server: fronts.serverOf(front),
  });
}
