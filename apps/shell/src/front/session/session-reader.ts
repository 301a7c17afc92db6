import { storeProblem } from "@mullion/bff";
import type { SessionView } from "@mullion/contracts";
import { isUnreadable, type TokenStore } from "@mullion/token-store";
import type { FastifyRequest } from "fastify";
import { sessionIdOf } from "./session-cookie.ts";

/** Session of a request: its id for the front's own use, and the view for everybody else. */
export interface RequestSession {
  readonly sessionId: string | null;
  readonly view: SessionView | null;
}

/** Reads sessions for pages. */
export interface SessionReader {
  /**
   * The session as it is; prolongs nothing.
   * @throws {ProblemError} `store_unavailable` (503): the cookie is kept and the session with it.
   */
  read(request: FastifyRequest): Promise<RequestSession>;
  /** Slides the idle expiry: a person opened a page. */
  use(sessionId: string): Promise<void>;
}

const nobody: RequestSession = { sessionId: null, view: null };

/** Creates a reader over the store. */
export function createSessionReader(store: TokenStore): SessionReader {
  const read = async (request: FastifyRequest): Promise<RequestSession> => {
    const sessionId = sessionIdOf(request.headers);
    if (sessionId === null) return nobody;
    const view = await store.readView(sessionId).catch((error: unknown) => {
      if (!isUnreadable(error)) return storeProblem(error);
      // Nobody's, so that its browser can sign in anew instead of meeting the same fault at every page.
      request.log.warn({ err: error }, "a session cannot be read");
      return null;
    });
    return view === null ? nobody : { sessionId, view };
  };
  return {
    read,
    async use(sessionId) {
      await store.touch(sessionId).catch(storeProblem);
    },
  };
}
