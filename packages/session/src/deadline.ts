import type { SessionView } from "@mullion/contracts";
import { ServerClock } from "./server-clock.ts";

/** When a session ends unless something is done. */
export interface Deadline {
  /** Milliseconds since the epoch; whose clock, says the place that holds it. */
  readonly at: number;
  /** `idle` can be put off by being there, `expired` cannot. */
  readonly reason: "idle" | "expired";
}

const longestLeadMs = 60_000;
/** Work without requests that prolongs nothing, in milliseconds. */
const shortestKeepAliveMs = 30_000;
/** What the two clocks may still differ by when the server says that the end has come. */
const toleranceMs = 2_000;

/** The next end of a session, on the server's clock. */
function deadlineOf({ idleExpiresAt, expiresAt }: SessionView): Deadline {
  const [idleAt, endAt] = [Date.parse(idleExpiresAt), Date.parse(expiresAt)];
  return idleAt < endAt ? { at: idleAt, reason: "idle" } : { at: endAt, reason: "expired" };
}

/** Reckons with the ends of a session. Nobody says how long a session may idle: the longest time seen is it. */
export class Deadlines {
  readonly #clock = new ServerClock();
  #deadline: Deadline = { at: Number.POSITIVE_INFINITY, reason: "idle" };
  #idleMs = 0;
  /** When the session was last prolonged for sure, or that was tried; on the server's clock. */
  #slidAt = 0;

  /** Takes over what the server says of a session. */
  learn(session: SessionView): void {
    this.#deadline = deadlineOf(session);
    if (this.#deadline.reason === "expired") return;
    this.#idleMs = Math.max(this.#idleMs, this.leftMs());
    this.#slidAt = Math.max(this.#slidAt, this.#deadline.at - this.#idleMs);
  }

  /** Sets the clock by a response. Returns whether that changed anything. */
  learnTime(response: Response): boolean {
    const changeMs = this.#clock.learn(response);
    if (this.#idleMs > 0) this.#idleMs = Math.max(this.#idleMs - changeMs, 0);
    return changeMs !== 0;
  }

  /** A request has prolonged the session, or tries to. */
  slid(): void {
    this.#slidAt = this.#clock.now();
  }

  /** The next end, on the server's clock. */
  get next(): Deadline {
    return this.#deadline;
  }

  /** The next end, on the machine's clock. */
  get nextHere(): Deadline {
    return { ...this.#deadline, at: Date.now() + this.leftMs() };
  }

  /** Milliseconds to the next end; negative when it has passed. */
  leftMs(): number {
    return this.#deadline.at - this.#clock.now();
  }

  /** How long before the end a person is told, in milliseconds: a minute, or a fifth of a shorter idle time. */
  leadMs(): number {
    return this.#idleMs === 0 ? longestLeadMs : Math.min(longestLeadMs, this.#idleMs / 5);
  }

  /** The end has come, as far as the clocks can tell. */
  hasPassed(): boolean {
    return this.leftMs() <= toleranceMs;
  }

  /**
   * Somebody has worked so long without a request that the session should be prolonged for them: a quarter of the idle
   * time and at least 30 s, but half of an idle time so short that 30 s would come too late.
   */
  isKeepAliveDue(): boolean {
    if (this.#deadline.reason === "expired") return false;
    const everyMs = Math.min(Math.max(shortestKeepAliveMs, this.#idleMs / 4), this.#idleMs / 2);
    return this.#clock.now() - this.#slidAt >= everyMs;
  }
}
