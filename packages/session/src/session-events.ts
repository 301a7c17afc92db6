import type { SessionView } from "@mullion/contracts";

/** Why a session is over: signed out by the person, nothing done for too long, its time is up, or ended elsewhere. */
export type SessionEndReason = "user" | "idle" | "expired" | "revoked";

/** What happens to the session while a page is open. Instants are ISO 8601 in UTC, as the server reckons. */
export type SessionEvent =
  | { readonly type: "signed-in"; readonly session: SessionView }
  | { readonly type: "signed-out"; readonly reason: SessionEndReason }
  | { readonly type: "expiring"; readonly at: string; readonly reason: "idle" | "expired" }
  | { readonly type: "extended"; readonly idleExpiresAt: string }
  | { readonly type: "changed"; readonly session: SessionView };

type Listener = (event: SessionEvent) => void;

const listeners = new Set<Listener>();

/** Calls `listener` on every event from now on, whichever tab caused it. Returns what ends that. */
export function onSessionEvent(listener: Listener): () => void {
  // A function of its own for each call: the same listener given twice is called twice and removed once.
  const entry: Listener = (event) => {
    listener(event);
  };
  listeners.add(entry);
  return () => {
    listeners.delete(entry);
  };
}

/** Tells all listeners. One that throws is reported like any uncaught error and keeps no other from hearing it. */
export function emitSessionEvent(event: SessionEvent): void {
  for (const listener of [...listeners]) {
    try {
      listener(event);
    } catch (error) {
      reportError(error);
    }
  }
}
