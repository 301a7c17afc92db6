import type { PoolClient } from "@mullion/postgres";

/** One mail, complete. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
  /**
   * Kept and sealed like any other, then dropped instead of delivered. For an address that nobody has: the time taken
   * must not tell.
   */
  decoy?: boolean;
}

/** Sends mail. */
export interface Mailer {
  /**
   * Resolves when the mail is safely kept for delivery; delivery itself happens in the background. With `within`, the
   * mail is kept if that transaction is.
   */
  send(mail: Mail, within?: Pick<PoolClient, "query">): Promise<void>;
}
