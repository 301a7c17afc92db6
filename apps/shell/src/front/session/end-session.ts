import { setTimeout as delay } from "node:timers/promises";
import type { PendingSignOut, SessionHandle, SignOutQueue, TokenStore } from "@mullion/token-store";
import type { FastifyBaseLogger } from "fastify";

/** Ends at identity what a session stood for. Rejects when identity does not confirm. */
export type EndAtIdentity = (signOut: PendingSignOut) => Promise<void>;

/** What ending sessions takes. */
export interface EndSessionOptions {
  readonly store: TokenStore;
  readonly queue: SignOutQueue;
  readonly endAtIdentity: EndAtIdentity;
  readonly log: FastifyBaseLogger;
}

/** Ends sessions, here at once and at identity as soon as it can be reached. */
export interface SessionEnder {
  /**
   * Ends a session on every front. Identity is told before this resolves where it answers, later otherwise.
   * @throws {TokenStoreError} `store_unavailable`: the session then still stands.
   */
  end(handle: SessionHandle): Promise<void>;
  /** Revokes a refresh token that no session holds, at once or as soon as its issuer can be reached. */
  discard(refreshToken: string): Promise<void>;
  /** Stops trying; what is left stays in the queue for any front. */
  close(): void;
}

const retryEveryMs = 5_000;
/** Longer than an attempt takes, so that nobody else tries meanwhile. */
const firstRetryAfterMs = 10_000;
/** A refresh token lives this long at most; after it nothing is left to be ended. */
const giveUpAfterMs = 45 * 24 * 60 * 60 * 1_000;

/** Creates the ender and starts to work off what earlier sign-outs left. */
export function createSessionEnder({ store, queue, endAtIdentity, log }: EndSessionOptions): SessionEnder {
  const closed = new AbortController();

  const attempt = async (ticket: string, signOut: PendingSignOut): Promise<void> => {
    try {
      await endAtIdentity(signOut);
      await queue.remove(ticket);
    } catch (error) {
      log.warn({ err: error }, "a sign-in could not be ended at identity yet");
      if (Date.now() > signOut.giveUpAt) await queue.remove(ticket);
      else await queue.postpone(ticket, Date.now() + retryEveryMs);
    }
  };

  const endForGood = async (identitySid: string | null, refreshToken: string | null): Promise<void> => {
    const now = Date.now();
    const signOut: PendingSignOut = { identitySid, refreshToken, giveUpAt: now + giveUpAfterMs };
    const ticket = await queue.add(signOut, now + firstRetryAfterMs);
    await attempt(ticket, signOut);
  };

  const work = async (): Promise<void> => {
    while (!closed.signal.aborted) {
      await delay(retryEveryMs, undefined, { signal: closed.signal, ref: false }).catch(() => undefined);
      if (closed.signal.aborted) return;
      try {
        const due = await queue.due(Date.now());
        await Promise.all([...due].map(([ticket, signOut]) => attempt(ticket, signOut)));
      } catch (error) {
        log.debug({ err: error }, "pending sign-outs cannot be read");
      }
    }
  };
  void work();

  return {
    async end(handle) {
      const grant = await store.grantOf(handle);
      await store.revoke(handle);
      if (grant === null) return;
      // Signing in again in one browser begins a second session of the same sign-in; only with the last does it end.
      const siblings = grant.identitySid === null ? [] : await store.handlesOfSignIn(grant.identitySid);
      const isLast = (await store.aliveAmong(siblings)).size === 0;
      await endForGood(isLast ? grant.identitySid : null, grant.refreshToken);
    },
    discard: (refreshToken) => endForGood(null, refreshToken),
    close() {
      closed.abort();
    },
  };
}
