import { bffProblem } from "@mullion/bff";
import type { SessionView } from "@mullion/contracts";
import { type TokenStore, TokenStoreError } from "@mullion/token-store";
import type { FastifyRequest } from "fastify";
import { sessionIdOf } from "./auth/plugin.ts";

/** Session of a request: its id for the front's own use, and the view for everybody else. */
export interface RequestSession {
  readonly sessionId: string | null;
  readonly view: SessionView | null;
}

/** Reads sessions for pages. */
export interface SessionReader {
  /** @throws {ProblemError} `store_unavailable` (503): the cookie is kept and the session with it. */
  read(request: FastifyRequest): Promise<RequestSession>;
}

/** Creates a reader over the store. */
export function createSessionReader(store: TokenStore): SessionReader {
  return {
    async read(request) {
      const sessionId = sessionIdOf(request);
      if (sessionId === null) return { sessionId: null, view: null };
      const view = await store.readView(sessionId).catch((cause: unknown) => {
        if (cause instanceof TokenStoreError && cause.code === "store_unavailable") {
          throw bffProblem("store_unavailable", {
            detail: "Your session is kept. Try again shortly.",
            cause,
          });
        }
        throw cause;
      });
      return view === null ? { sessionId: null, view: null } : { sessionId, view };
    },
  };
}
