import { setTimeout as delay } from "node:timers/promises";
import {
  isUnreadable,
  type PendingSignOut,
  type SessionHandle,
  type SignOutQueue,
  type TokenSet,
  type TokenStore,
} from "@mullion/token-store";
import type { FastifyBaseLogger } from "fastify";

/** Ends at identity what a session stood for. Rejects when identity does not confirm. */
export type EndAtIdentity = (signOut: PendingSignOut) => Promise<void>;

type Grant = Pick<TokenSet, "identitySid" | "refreshToken">;

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
   * @throws {TokenStoreError} `store_unavailable`: the session may then still stand.
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

  /** Signing in again in one browser begins a second session of the same sign-in; only with the last does it end. */
  const isSignInOver = async (identitySid: string): Promise<boolean> =>
    (await store.aliveAmong(await store.handlesOfSignIn(identitySid))).size === 0;

  /** Never throws: what did not succeed is in the queue, and due again. */
  const attempt = async (ticket: string, signOut: PendingSignOut): Promise<void> => {
    const { identitySid, giveUpAt } = signOut;
    try {
      const isOver = identitySid !== null && (await isSignInOver(identitySid));
      await endAtIdentity(isOver ? signOut : { ...signOut, identitySid: null });
      await queue.remove(ticket);
    } catch (error) {
      log.warn({ err: error }, "a sign-in could not be ended at identity yet");
      const now = Date.now();
      const putOff = now > giveUpAt ? queue.remove(ticket) : queue.postpone(ticket, now + retryEveryMs);
      await putOff.catch(() => undefined);
    }
  };

  const remember = async (grant: Grant): Promise<() => Promise<void>> => {
    const now = Date.now();
    const signOut = { ...grant, giveUpAt: now + giveUpAfterMs };
    const ticket = await queue.add(signOut, now + firstRetryAfterMs);
    return () => attempt(ticket, signOut);
  };

  const grantOf = async (handle: SessionHandle): Promise<Grant | null> => {
    try {
      const grant = await store.grantOf(handle);
      return grant && { identitySid: grant.identitySid, refreshToken: grant.refreshToken };
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      log.error({ err: error }, "a session was ended here only: nobody can read what it was at identity");
      return null;
    }
  };

  const work = async (): Promise<void> => {
    for (;;) {
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
      const grant = await grantOf(handle);
      // Before the session is gone: a front that dies in between leaves no sign-in behind that nobody will end.
      const finish = grant === null ? null : await remember(grant);
      await store.revoke(handle);
      await finish?.();
    },
    async discard(refreshToken) {
      const grant = { identitySid: null, refreshToken };
      const finish = await remember(grant).catch(() => async (): Promise<void> => {
        // Without the store nothing can be put off.
        await endAtIdentity({ ...grant, giveUpAt: 0 }).catch((error: unknown) => {
          log.warn({ err: error }, "a refresh token that no session holds could not be revoked");
        });
      });
      await finish();
    },
    close() {
      closed.abort();
    },
  };
}
