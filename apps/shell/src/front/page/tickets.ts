import { randomBytes } from "node:crypto";
import type { Page } from "../../bridge/protocol.ts";
import type { VisitRemote } from "../composition/visit.ts";
import { ShellError } from "../errors.ts";

/** What a render ticket stands for: one page of one session, for as long as its request lasts. */
export interface Ticketed {
  readonly page: Page;
  /** The remote that it shows. */
  readonly shown: VisitRemote | null;
  readonly sessionId: string | null;
  readonly requestId: string;
}

/** Render tickets of the page requests under way. */
export interface Tickets {
  issue(subject: Ticketed): string;
  /** @throws {ShellError} `bad_ticket` when the request is over or the ticket was invented. */
  redeem(ticket: string): Ticketed;
  revoke(ticket: string): void;
}

/** Creates the book of tickets; a ticket ends with its request, so nothing has to expire. */
export function createTickets(): Tickets {
  const open = new Map<string, Ticketed>();
  return {
    issue(subject) {
      const ticket = randomBytes(32).toString("base64url");
      open.set(ticket, subject);
      return ticket;
    },
    redeem(ticket) {
      const subject = open.get(ticket);
      if (subject === undefined) throw new ShellError("bad_ticket", "The render ticket is not valid.");
      return subject;
    },
    revoke(ticket) {
      open.delete(ticket);
    },
  };
}
