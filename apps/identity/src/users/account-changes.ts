import { inTransaction, type Pool, type PoolClient } from "@mullion/postgres";
import { insertEntries } from "../audit/audit-log.ts";
import {
  accountDeletedMail,
  addressTakenMail,
  changeEmailMail,
  passwordChangedMail,
} from "../mail/letters.ts";
import type { Mailer } from "../mail/mailer.ts";
import { endEverySignIn, endOtherSignIns } from "../sign-ins/sign-in-store.ts";
import { createLink } from "./account-links.ts";
import { hashPassword } from "./password.ts";
import { findUser, isTaken, setPasswordHash } from "./user-store.ts";

/** What changing accounts takes. */
export interface AccountDeps {
  pool: Pool;
  mailer: Mailer;
  issuer: string;
}

/** Who does it, as the audit log knows them. */
interface By {
  userId: string;
  address: string;
}

/** What a signed-in person can do to their account. They have shown who they are. */
export interface AccountChanges {
  /** Sets the password, ends every sign-in but this one, and tells by mail. */
  changePassword(change: By & { password: string; keepSessionUid: string }): Promise<void>;
  /** Mails a link to the new address; the change counts once it was used. Tells nobody whether the address is taken. */
  requestEmailChange(change: By & { email: string }): Promise<void>;
  /** Deletes the user with everything personal, ends every sign-in, and tells by mail. */
  deleteAccount(account: By): Promise<"deleted" | "last_admin">;
}

class LastAdmin extends Error {}

async function refuseLastAdmin(client: PoolClient, userId: string): Promise<void> {
  // Locked as for a change of roles: two administrators who leave at once are taken one after the other.
  const { rows } = await client.query<{ user_id: string }>(
    "select user_id from user_roles where role = 'admin' order by user_id for update",
  );
  if (rows.length === 1 && rows[0]?.user_id === userId) throw new LastAdmin();
}

/** The changes, for the account pages. */
export function createAccountChanges({ pool, mailer, issuer }: AccountDeps): AccountChanges {
  return {
    async changePassword({ userId, password, keepSessionUid, address }) {
      const passwordHash = await hashPassword(password);
      const user = await findUser(pool, userId);
      if (user === undefined) return;
      await inTransaction(pool, async (client) => {
        await setPasswordHash(client, userId, passwordHash);
        await insertEntries(client, [{ action: "user.password.change", userId, address }]);
        await mailer.send(passwordChangedMail(user.email, { issuer }), client);
      });
      await endOtherSignIns(pool, userId, keepSessionUid);
    },

    async requestEmailChange({ userId, email, address }) {
      await inTransaction(pool, async (client) => {
        const taken = await isTaken(client, email);
        const token = await createLink(client, { purpose: "change-email", userId, email });
        const link = { issuer, path: "/change-email", token };
        await mailer.send(taken ? addressTakenMail(email) : changeEmailMail(email, link), client);
        await insertEntries(client, [{ action: "user.email.request", userId, address }]);
      });
    },

    async deleteAccount({ userId, address }) {
      const user = await findUser(pool, userId);
      if (user === undefined) return "deleted";
      try {
        await endEverySignIn(pool, userId, { action: "user.delete", userId, address }, async (client) => {
          await refuseLastAdmin(client, userId);
          // Roles, sign-ins, linked accounts, consents and links go with the row. The audit log keeps the id, which
          // leads to nobody any more.
          await client.query("delete from users where id = $1", [userId]);
          await mailer.send(accountDeletedMail(user.email), client);
        });
        return "deleted";
      } catch (error) {
        if (error instanceof LastAdmin) return "last_admin";
        throw error;
      }
    },
  };
}
