import { z } from "zod";
import type { Confirmation } from "../pages/account/settings-pages.ts";
import type { RateLimiter } from "../rate-limit/fixed-window.ts";
import { addressKey, type Limits } from "../rate-limit/limits.ts";
import { maxPasswordLength, verifyPassword } from "../users/password.ts";
import type { Person } from "./person.ts";

const recentMs = 5 * 60_000;
const formSchema = z.object({ current_password: z.string().max(maxPasswordLength).default("") });

/** How this person shows that they are who signed in, before something sensitive. */
export function neededConfirmation({ signedInAt, passwordHash }: Person): Confirmation {
  // Whoever finds an open browser must not be able to take the account over.
  if (Date.now() - signedInAt.getTime() <= recentMs) return "none";
  return passwordHash === null ? "sign_in" : "password";
}

/** How an attempt to show it ended. `sign_in`: only a new sign-in would do. */
export type ConfirmationOutcome = "confirmed" | "wrong" | "limited" | "sign_in";

/** Checks what a form says of who sent it. Guesses count like those on the sign-in page, and with them. */
export async function confirm(
  { limiter, limits }: { limiter: RateLimiter; limits: Pick<Limits, "signInPerAccount"> },
  person: Person,
  { body, ip }: { body: unknown; ip: string },
): Promise<ConfirmationOutcome> {
  const needed = neededConfirmation(person);
  if (needed === "none") return "confirmed";
  if (needed === "sign_in") return "sign_in";
  const account = `${person.user.email} ${addressKey(ip)}`;
  if ((await limiter.take("sign-in-account", account, limits.signInPerAccount)) > 0) return "limited";
  const password = formSchema.safeParse(body).data?.current_password ?? "";
  if (!(await verifyPassword(person.passwordHash, password))) return "wrong";
  await limiter.reset("sign-in-account", account);
  return "confirmed";
}
