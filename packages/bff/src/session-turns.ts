import { errors } from "undici";
import type { Cancellation } from "./cancellation.ts";
import { bffProblem } from "./errors.ts";

/** A page needs a few at a time. A quarter of the connections that a front has to the gateway. */
const callsPerSession = 64;
/** So many sessions with nothing under way are remembered: what enters and leaves a map all the time costs V8's old generation. */
const rememberedSessions = 10_000;

interface Line {
  underWay: number;
  /** In their order. */
  readonly waiting: Set<() => void>;
}

/** A call that wants to be under way. */
export interface WaitingCall {
  /** How long it may wait. */
  readonly timeoutMs: number;
  readonly cancellation: Cancellation;
}

function waitIn({ waiting }: Line, { timeoutMs, cancellation }: WaitingCall): Promise<undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const stopWaiting = (): void => {
    clearTimeout(timer);
    waiting.delete(begin);
  };
  const leave = (error: Error): void => {
    stopWaiting();
    reject(error);
  };
  const begin = (): void => {
    stopWaiting();
    cancellation.onCancel = null;
    resolve(undefined);
  };
  const timer = setTimeout(() => {
    leave(
      bffProblem("too_many_calls", {
        detail: `A session may have ${callsPerSession} calls under way. None of them ended within ${timeoutMs} ms.`,
      }),
    );
  }, timeoutMs);
  const giveUp = (): void => {
    leave(new errors.RequestAbortedError());
  };
  cancellation.onCancel = giveUp;
  waiting.add(begin);
  return promise;
}

/**
 * Lets so many calls of each session be under way at the gateway at once; the others of that session wait for their turn. One
 * session with downloads that nobody reads would otherwise take every connection to the gateway from all others.
 */
export class SessionTurns {
  readonly #lines = new Map<string, Line>();

  /**
   * Takes a turn: at once (undefined), or when the promise resolves. Whoever took one gives it back; one that was cancelled
   * while it waited has none.
   * @throws {ProblemError} `too_many_calls` (429) when none was free for the call's time limit.
   */
  take(sessionId: string, call: WaitingCall): Promise<void> | undefined {
    const line = this.#lineOf(sessionId);
    if (line.underWay >= callsPerSession) return this.#wait(sessionId, line, call);
    line.underWay += 1;
    return undefined;
  }

  /** Gives a turn back, to the session's next call. */
  giveBack(sessionId: string): void {
    const line = this.#lineOf(sessionId);
    const [next] = line.waiting;
    if (next === undefined) line.underWay -= 1;
    else next();
  }

  async #wait(sessionId: string, line: Line, call: WaitingCall): Promise<void> {
    await waitIn(line, call);
    if (!call.cancellation.isCancelled) return;
    // Left in the moment in which the turn came.
    this.giveBack(sessionId);
    throw new errors.RequestAbortedError();
  }

  #lineOf(sessionId: string): Line {
    let line = this.#lines.get(sessionId);
    if (line === undefined) {
      if (this.#lines.size >= rememberedSessions) this.#forgetIdle();
      line = { underWay: 0, waiting: new Set() };
      this.#lines.set(sessionId, line);
    }
    return line;
  }

  #forgetIdle(): void {
    for (const [sessionId, { underWay }] of this.#lines) if (underWay === 0) this.#lines.delete(sessionId);
  }
}
