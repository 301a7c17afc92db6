import { hashSessionId, type SessionHandle, type TokenStore } from "@mullion/token-store";
import { bffProblem } from "./errors.ts";

/** Streams (SSE, WebSocket) that are open in this front, by session. */
export interface OpenStreams {
  /**
   * Remembers an open stream; `close` is called when its session has ended. Returns what forgets it again.
   * @throws {ProblemError} `too_many_streams` (429); `front_closing` (503) after {@link close}.
   */
  add(sessionId: string, close: () => void): () => void;
  /** Closes the streams of a session that was ended somewhere. */
  closeSession(handle: SessionHandle): void;
  /** Asks the store about every session with an open stream, and closes those of ended ones. */
  recheck(): Promise<void>;
  /** Streams open now. */
  readonly size: number;
  /** Closes everything, and lets nothing be opened any more. */
  close(): void;
}

/** What the book of streams works with. */
export interface OpenStreamsOptions {
  readonly store: Pick<TokenStore, "aliveAmong">;
  readonly onError: (error: unknown) => void;
  /** Expiry is announced by nobody, and an announcement can be lost: the store is asked this often. */
  readonly recheckEveryMs?: number;
}

/** A page needs a few; more than this is a loop in some code. */
const streamsPerSession = 50;

/** Creates the book of open streams. */
export function createOpenStreams({
  store,
  onError,
  recheckEveryMs = 5_000,
}: OpenStreamsOptions): OpenStreams {
  const open = new Map<SessionHandle, Set<() => void>>();
  let isClosed = false;

  const closeSession = (handle: SessionHandle): void => {
    const streams = open.get(handle);
    open.delete(handle);
    for (const close of streams ?? []) close();
  };

  const check = async (handles: readonly SessionHandle[]): Promise<void> => {
    if (handles.length === 0) return;
    const alive = await store.aliveAmong(handles);
    for (const handle of handles) if (!alive.has(handle)) closeSession(handle);
  };

  const recheck = async (): Promise<void> => check([...open.keys()]);
  const timer = setInterval(() => {
    // While the store is away nobody can say; streams stay and the next round asks again.
    recheck().catch(onError);
  }, recheckEveryMs);
  timer.unref();

  return {
    add(sessionId, close) {
      if (isClosed) throw bffProblem("front_closing", { detail: "Connect again: another front answers." });
      const handle = hashSessionId(sessionId);
      const streams = open.get(handle) ?? new Set();
      if (streams.size >= streamsPerSession) {
        throw bffProblem("too_many_streams", {
          detail: `A session may have ${streamsPerSession} open streams.`,
        });
      }
      open.set(handle, streams.add(close));
      // The session may have ended between the look at it and now, and its announcement with it.
      check([handle]).catch(onError);
      return () => {
        streams.delete(close);
        if (streams.size === 0 && open.get(handle) === streams) open.delete(handle);
      };
    },
    closeSession,
    recheck,
    get size() {
      return [...open.values()].reduce((sum, streams) => sum + streams.size, 0);
    },
    close() {
      isClosed = true;
      clearInterval(timer);
      for (const handle of [...open.keys()]) closeSession(handle);
    },
  };
}
