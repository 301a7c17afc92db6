import type { EventSink } from "@mullion/events";
import type { Pool } from "@mullion/postgres";
import type { AuditLog } from "../audit/audit-log.ts";
import type { RateLimiter } from "../rate-limit/fixed-window.ts";
import { addressKey, type Limits } from "../rate-limit/limits.ts";
import { hashPassword, isOutdated, verifyPassword } from "../users/password.ts";
import { type Candidate, findCandidates, recordSignIn, replaceHash } from "../users/user-store.ts";

/** How often a password may be tried. */
export type SignInLimits = Pick<
  Limits,
  "signInPerAddress" | "signInPerAccount" | "signInPerAccountElsewhere"
>;

/** What checking a password takes. */
export interface AuthenticateOptions {
  pool: Pool;
  audit: AuditLog;
  events: Pick<EventSink, "emit">;
  limiter: RateLimiter;
  limits: SignInLimits;
}

/** One attempt to sign in. `email` is in lower case. */
export interface Attempt {
  email: string;
  password: string;
  address: string;
  clientId: string;
}

/** How an attempt ended. */
export type Outcome =
  | { result: "success"; userId: string }
  | { result: "wrong" }
  | { result: "limited"; retryAfterSeconds: number };

const trustedSeconds = 30 * 24 * 60 * 60;

/**
 * Counted before the password is checked: guesses made at the same time must not all pass. A stranger who guesses from
 * one address closes the account for that address alone; one who guesses from many closes it for addresses that it was
 * never signed in to from. Its owner still gets in from where they usually are, or with a link by mail.
 */
async function takeLimits(options: AuthenticateOptions, address: string, account: string): Promise<number> {
  const { limiter, limits } = options;
  const here = `${account} ${address}`;
  const waitAddress = await limiter.take("sign-in-address", address, limits.signInPerAddress);
  if (waitAddress > 0) return waitAddress;
  const { wait, trusted } = await limiter.takeKnown("sign-in-account", here, limits.signInPerAccount);
  if (wait > 0 || trusted) return wait;
  return limiter.take("sign-in-elsewhere", account, limits.signInPerAccountElsewhere);
}

/**
 * Whose password it is. Every wrong one costs two checks and every claimant's too, whoever exists: the time taken tells
 * nothing.
 */
async function findMatch(
  pool: Pool,
  email: string,
  password: string,
): Promise<{ match?: Candidate; owner?: Candidate }> {
  const { owner, claimant } = await findCandidates(pool, email);
  const known = owner === undefined ? {} : { owner };
  for (const candidate of [owner, claimant]) {
    const matches = await verifyPassword(candidate?.passwordHash ?? null, password);
    if (matches && candidate !== undefined) return { ...known, match: candidate };
  }
  return known;
}

/** Hashes a password anew that was hashed with older parameters: now is when it is known. */
async function renewHash(pool: Pool, { user, passwordHash }: Candidate, password: string): Promise<void> {
  if (passwordHash === null || !isOutdated(passwordHash)) return;
  await replaceHash(pool, user.id, { from: passwordHash, to: await hashPassword(password) });
}

/**
 * Checks an address and a password. Unknown addresses take the same steps, the same time and the same limits as known
 * ones.
 */
export async function authenticate(options: AuthenticateOptions, attempt: Attempt): Promise<Outcome> {
  const { pool, audit, events, limiter } = options;
  const { email, password, address, clientId } = attempt;
  const from = addressKey(address);
  const retryAfterSeconds = await takeLimits(options, from, email);
  if (retryAfterSeconds > 0) return { result: "limited", retryAfterSeconds };

  const { match, owner } = await findMatch(pool, email, password);
  const userId = (match ?? owner)?.user.id;
  const outcome = match === undefined ? "failure" : "success";
  await audit.write({ action: `signin.${outcome}`, userId, clientId, address });
  events.emit({ type: "signin", at: new Date().toISOString(), userId: userId ?? "unknown", outcome });
  if (match === undefined) return { result: "wrong" };
  await renewHash(pool, match, password);
  const here = `${email} ${from}`;
  await Promise.all([
    recordSignIn(pool, match.user.id),
    limiter.trust("sign-in-account", here, trustedSeconds),
  ]);
  return { result: "success", userId: match.user.id };
}
