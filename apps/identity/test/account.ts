import { Browser } from "./browser.ts";
import { password, type TestIdentity } from "./identity.ts";

/** Somebody who is signed in at identity itself. */
export interface AccountVisit {
  browser: Browser;
  /** The page at a path of the account area, wherever that leads. */
  open(path: string): Promise<{ url: string; status: number; page: string }>;
  /** Sends a form of the account area; returns the page that comes of it. */
  send(
    path: string,
    fields?: Readonly<Record<string, string>>,
  ): Promise<{ url: string; status: number; page: string }>;
}

/** Goes to the account area and signs in there. */
export async function visitAccount(
  { issuer }: TestIdentity,
  email: string,
  browser: Browser = new Browser(),
): Promise<AccountVisit> {
  const read = async (start: string | Response): Promise<{ url: string; status: number; page: string }> => {
    const { url, response } = await browser.follow(start);
    return { url: url.slice(issuer.length), status: response.status, page: await response.text() };
  };
  const { url } = await browser.follow(`${issuer}/account`);
  await browser.follow(await browser.post(`${url}/sign-in`, { email, password }));
  return {
    browser,
    open: (path) => read(`${issuer}${path}`),
    send: async (path, fields = {}) => read(await browser.post(`${issuer}${path}`, fields)),
  };
}

/** Makes the sign-ins of a user older than "just now". */
export async function ageSessions({ pool }: TestIdentity, userId: string, minutes: number): Promise<void> {
  await pool.query(
    `update sessions set payload = payload || jsonb_build_object('loginTs', (payload ->> 'loginTs')::bigint - $2 * 60)
     where account_id = $1`,
    [userId, minutes],
  );
}
