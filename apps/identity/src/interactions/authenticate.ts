import { hash } from "node:crypto";
import type { EventSink } from "@mullion/events";
import type { Pool } from "@mullion/postgres";
import type { AuditLog } from "../audit/audit-log.ts";
import type { Limit, RateLimiter } from "../rate-limit/fixed-window.ts";
import { verifyPassword } from "../users/password.ts";
import { findUserByEmail, recordSignIn } from "../users/user-store.ts";

/** How often a password may be tried. */
export interface SignInLimits {
  perAddress: Limit;
  perAccount: Limit;
}

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

async function takeLimits(options: AuthenticateOptions, address: string, account: string): Promise<number> {
  const { limiter, limits } = options;
  const waitForAddress = await limiter.take("signin-address", address, limits.perAddress);
  if (waitForAddress > 0) return waitForAddress;
  // Counted before the password is checked: guesses made at the same time must not all pass.
  return limiter.take("signin-account", account, limits.perAccount);
}

/**
 * Checks an address and a password. Unknown addresses take the same steps, the same time and the same limits as known
 * ones.
 */
export async function authenticate(options: AuthenticateOptions, attempt: Attempt): Promise<Outcome> {
  const { pool, audit, events, limiter } = options;
  const { email, password, address, clientId } = attempt;
  // Redis need not know who tries to sign in.
  const account = hash("sha256", email, "base64url");
  const retryAfterSeconds = await takeLimits(options, address, account);
  if (retryAfterSeconds > 0) return { result: "limited", retryAfterSeconds };

  const found = await findUserByEmail(pool, email);
  const matches = await verifyPassword(found?.passwordHash ?? null, password);
  const userId = found?.user.id;
  const success = matches && userId !== undefined;
  const outcome = success ? "success" : "failure";
  await audit.write({ action: `signin.${outcome}`, userId, clientId, address });
  events.emit({ type: "signin", at: new Date().toISOString(), userId: userId ?? "unknown", outcome });
  if (!success) return { result: "wrong" };
  await recordSignIn(pool, userId);
  await limiter.reset("signin-account", account);
  return { result: "success", userId };
}
