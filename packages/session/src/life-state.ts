import type { SessionView } from "@mullion/contracts";
import type { Connection } from "./connection.ts";
import type { Deadline } from "./deadline.ts";
import type { SessionEndReason } from "./session-events.ts";

/** The session as one tab knows it. */
export interface LifeState {
  readonly status: "loading" | "authenticated" | "unauthenticated";
  readonly session: SessionView | null;
  readonly connection: Connection;
  /** The end that the person is to be told of, on the machine's clock. */
  readonly prompt: Deadline | null;
  /** What takes the place of the page once its session is over; null while the page may be shown. */
  readonly closed: { readonly reason: SessionEndReason | null; readonly leaving: boolean } | null;
}

/** What is known at first. @param session `undefined` where nobody has asked the server yet */
export function initialState(session: SessionView | null | undefined): LifeState {
  const known = session === null ? "unauthenticated" : "authenticated";
  return {
    status: session === undefined ? "loading" : known,
    session: session ?? null,
    connection: "online",
    prompt: null,
    closed: null,
  };
}

/** Whether two views show the same person with the same name and rights, whatever their deadlines. */
export function isSamePerson(one: SessionView, other: SessionView): boolean {
  const facts = ({ user, roles }: SessionView): string =>
    JSON.stringify([user.id, user.name, user.email, roles]);
  return facts(one) === facts(other);
}
