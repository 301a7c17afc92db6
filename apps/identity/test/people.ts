import { Browser } from "./browser.ts";
import type { TestIdentity } from "./identity.ts";
import { openSignIn, type RelyingParty, signIn } from "./relying-party.ts";

/** Somebody who registers. */
export interface Newcomer {
  name: string;
  email: string;
  password: string;
}

/** A sign-in that was begun: its page, and what the client needs at the end. */
export async function beginSignIn(
  party: RelyingParty,
  browser: Browser,
): Promise<{ page: string; authorization: Awaited<ReturnType<RelyingParty["authorization"]>> }> {
  const authorization = await party.authorization();
  const form = await openSignIn(browser, authorization);
  return { page: form.replace(/\/sign-in$/, ""), authorization };
}

/** Sends the registration form. */
export async function sendRegistration(
  party: RelyingParty,
  newcomer: Partial<Newcomer>,
  browser: Browser = new Browser(),
): Promise<{
  page: string;
  authorization: Awaited<ReturnType<RelyingParty["authorization"]>>;
  response: Response;
}> {
  const begun = await beginSignIn(party, browser);
  const response = await browser.post(`${begun.page}/register`, { ...newcomer });
  return { ...begun, response };
}

/** The link in a mail. */
export function linkIn(mail: { text: string }): URL {
  const url = /https?:\/\/\S+/.exec(mail.text)?.[0];
  if (url === undefined) throw new Error("the mail has no link");
  return new URL(url);
}

/** Opens a link from mail in a browser that has nothing to do with the sign-in, and presses its button. */
export async function useLink(
  link: URL,
  fields: Readonly<Record<string, string>> = {},
  browser: Browser = new Browser(),
): Promise<Response> {
  const token = link.searchParams.get("token") ?? "";
  return browser.post(`${link.origin}${link.pathname}`, { token, ...fields });
}

/** Whether somebody gets in with a password. */
export async function getsIn(
  party: RelyingParty,
  credentials: { email: string; password: string },
): Promise<boolean> {
  const browser = new Browser();
  const { page } = await beginSignIn(party, browser);
  const { status } = await browser.post(`${page}/sign-in`, credentials);
  return status === 303;
}

/** Signs in a user of `addUser`, and returns a refresh token. */
export async function refreshTokenOf(party: RelyingParty, email: string): Promise<string> {
  return (await signIn(party, email)).refresh_token;
}

/** Asks for a new password and returns the link that was mailed. */
export async function forgottenPassword(identity: TestIdentity, email: string): Promise<URL> {
  await new Browser().post(`${identity.issuer}/forgot-password`, { email });
  return linkIn(await identity.mails.next(email, /new password/i));
}
