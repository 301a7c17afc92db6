import type { SpaUser } from "@mullion/contracts/spa-session";

/** Why nobody is signed in any more: the person's wish, nothing done for too long, or identity's word. */
export type SignOutReason = "user" | "idle" | "ended";

/** What is known of the session. Never holds a token. */
export interface AuthState {
  /** `loading` until identity has said whether somebody is signed in. */
  readonly status: "loading" | "signed-in" | "signed-out";
  readonly user: SpaUser | null;
  /** Why the last session of this page is over. */
  readonly reason: SignOutReason | null;
  /** False while identity cannot be reached: the session stands, and it is tried again. */
  readonly identityAvailable: boolean;
  /** When the person is going to be signed out for doing nothing, once that is near: milliseconds since the epoch. */
  readonly idleEndsAt: number | null;
}

/** What happens to the session, in whichever tab. */
export type AuthEvent =
  | { readonly type: "signed-in"; readonly user: SpaUser }
  | { readonly type: "signed-out"; readonly reason: SignOutReason }
  | { readonly type: "idle-prompt"; readonly endsAt: number };

/** The state before anybody was asked. */
export const unknownState: AuthState = {
  status: "loading",
  user: null,
  reason: null,
  identityAvailable: true,
  idleEndsAt: null,
};
