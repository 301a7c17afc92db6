import type { Pool } from "@mullion/postgres";
import type { Account, AccountClaims, FindAccount } from "oidc-provider";
import { toProviderError } from "../storage/create-adapter.ts";
import { notedUser } from "./noted-user.ts";
import { findUser, type StoredUser } from "./user-store.ts";

/** A user as the protocol sees one. Read anew for every token, so that a change of roles shows at the next refresh. */
export class UserAccount implements Account {
  [key: string]: unknown;
  readonly accountId: string;
  readonly user: StoredUser;

  constructor(user: StoredUser) {
    this.accountId = user.id;
    this.user = user;
  }

  /** Claims for the ID token and userinfo; the library picks those that the granted scopes cover. */
  claims = (): AccountClaims => {
    const { id, name, email, emailVerified, roles } = this.user;
    return { sub: id, name, email, email_verified: emailVerified, roles };
  };
}

/** Finds accounts in the users table, unless this request has read them already. */
export function createFindAccount(pool: Pool): FindAccount {
  return async (ctx, sub) => {
    try {
      const user = notedUser(ctx, sub) ?? (await findUser(pool, sub));
      return user && new UserAccount(user);
    } catch (error) {
      throw toProviderError(error);
    }
  };
}
