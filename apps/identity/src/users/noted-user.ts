import Provider from "oidc-provider";
import type { StoredUser } from "./user-store.ts";

const noted = new WeakMap<object, StoredUser>();

/** Notes the user that was read beside a grant or a token of theirs: the library asks for them next in this request. */
export function noteUser(user: StoredUser): void {
  const { ctx } = Provider;
  if (ctx !== undefined) noted.set(ctx, user);
}

/** The user that this request has read already, when it is this one. */
export function notedUser(ctx: object, id: string): StoredUser | undefined {
  const user = noted.get(ctx);
  return user?.id === id ? user : undefined;
}
