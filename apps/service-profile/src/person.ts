import type { AccessTokenClaims } from "@mullion/contracts";
import { notAUser } from "./errors.ts";

/** Whose profile a request is about, as identity states it in the access token. */
export interface Person {
  id: string;
  email: string;
  name: string;
}

/** The person a token speaks for; `ProblemError` 403 `not_a_user` for a client's own token. */
export function personOf({ sub, client_id: clientId, email, name }: AccessTokenClaims): Person {
  if (email === undefined || sub === clientId) throw notAUser();
  return { id: sub, email, name: name?.trim() || (email.split("@", 1)[0] ?? email) };
}
