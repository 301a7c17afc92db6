import { type SessionView, sessionResponseSchema } from "@mullion/contracts";
import { type Activity, createActivity } from "./activity.ts";
import { parseData } from "./bff-fetch.ts";
import { type BrowserPage, browserPage, signInUrl } from "./browser-page.ts";
import { Deadlines } from "./deadline.ts";
import { initialState, isSamePerson, type LifeState } from "./life-state.ts";
import { openSessionChannel, type SessionChannel, type SessionMessage } from "./session-channel.ts";
import { emitSessionEvent, type SessionEndReason } from "./session-events.ts";
import { ShellClient } from "./shell-client.ts";
import { requestSignOut } from "./sign-out.ts";
import { watchPage } from "./watch-page.ts";
import { WatchedState } from "./watched-state.ts";

/** Longest delay `setTimeout` takes; longer ones fire at once. */
const longestTimeoutMs = 2_147_483_647;
const checkedEveryMs = 30_000;
const askAgainMs = 2_000;
/** At zero the server may think that there is a moment left. */
const pastDeadlineMs = 500;
const activityToldEveryMs = 10_000;

/**
 * The life of the session in one tab: what is known of it, when it ends, and what the other tabs say. The server alone
 * decides; before anything is shown or ended it is asked, because another tab may have prolonged the session.
 */
export class SessionLife {
  readonly client: ShellClient;
  readonly state: WatchedState<LifeState>;
  readonly #page: BrowserPage;
  readonly #deadlines = new Deadlines();
  readonly #activity: Activity;
  #channel: SessionChannel | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #checking: Promise<boolean> | undefined;
  #extending: Promise<boolean> | undefined;
  #checkedAt = 0;
  #toldActivityAt = 0;
  #announced = false;
  /** The end that the person has been told of and wants to hear no more about. */
  #dismissedAt = 0;

  /** @param session as it came with the page; `undefined`: the server is asked when the life starts */
  constructor(session: SessionView | null | undefined, page: BrowserPage = browserPage) {
    this.#page = page;
    this.state = new WatchedState(initialState(session));
    this.#activity = createActivity((at) => {
      this.#onSign(at);
    });
    this.client = new ShellClient({
      isActive: () => this.#activity.isActive(),
      onResponse: (response) => {
        if (this.#deadlines.learnTime(response)) this.#reckon();
      },
      onSlid: () => {
        this.#deadlines.slid();
      },
      onUnauthenticated: () => {
        this.#end(this.#endReason(), true);
      },
      onConnection: (connection) => {
        this.state.update({ connection });
      },
      probe: () => void this.check(),
    });
  }

  get #state(): LifeState {
    return this.state.snapshot();
  }

  /** Starts to listen and to count down, in the browser only. Returns what ends that. */
  start(): () => void {
    this.#channel = openSessionChannel((message) => {
      this.#onMessage(message);
    });
    const stopActivity = this.#activity.start();
    const stopPage = watchPage({
      onReturn: () => {
        const isDue = Date.now() - this.#checkedAt >= checkedEveryMs;
        if (isDue && this.#state.status !== "loading") void this.check();
      },
      onRestored: () => void this.check(),
    });
    this.#checkedAt = Date.now();
    if (this.#state.session !== null) this.#signedIn(this.#state.session);
    else if (this.#state.status === "loading") void this.#load();
    return () => {
      stopPage();
      stopActivity();
      clearTimeout(this.#timer);
      this.client.stop();
      this.#channel?.close();
      this.#channel = undefined;
    };
  }

  /** Takes over the session as the server has just seen it. */
  adopt(session: SessionView): void {
    const known = this.#state.session;
    if (known === session || this.#state.closed !== null) return;
    if (known !== null && known.user.id !== session.user.id) {
      this.#page.reload();
      return;
    }
    this.state.update({ session, status: "authenticated" });
    if (known === null) this.#signedIn(session);
    else if (!isSamePerson(known, session)) emitSessionEvent({ type: "changed", session });
    this.#reckon();
  }

  /** Asks the server what is left of the session, and acts on it. Resolves to whether it answered. */
  check(): Promise<boolean> {
    this.#checking ??= this.#ask().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  /** Prolongs the session because somebody is there. Resolves to whether that worked. */
  extend(): Promise<boolean> {
    this.#extending ??= this.#prolong().finally(() => {
      this.#extending = undefined;
    });
    return this.#extending;
  }

  /** Closes the notice of an end that cannot be put off. */
  dismissPrompt(): void {
    this.#dismissedAt = this.#deadlines.next.at;
    this.state.update({ prompt: null });
  }

  /**
   * Ends the session at the shell and at identity, here and in the other tabs, and leaves for the start page.
   * @throws {BffError} when the shell cannot be reached; the session then still stands.
   */
  async signOut(): Promise<void> {
    const url = await requestSignOut();
    this.#end("user", true);
    this.#page.assign(url);
  }

  /** Goes to sign-in and comes back to this page. */
  signInAgain(): void {
    this.#page.assign(signInUrl(this.#page.here()));
  }

  /** For a page that came without a session, not even with none: until it is known, there is nothing to show. */
  async #load(): Promise<void> {
    const answered = await this.check();
    if (!answered && this.#channel !== undefined) this.#wakeIn(askAgainMs);
  }

  async #ask(): Promise<boolean> {
    this.#checkedAt = Date.now();
    try {
      this.#settle(await this.client.readSession());
      return true;
    } catch {
      // Seen by the client, which keeps asking.
      return false;
    }
  }

  /** Takes over what the server says: it may know of an end, of a person who signed in, or of another one. */
  #settle(session: SessionView | null): void {
    const { closed, status } = this.#state;
    if (closed?.leaving === true) return;
    if (session === null && this.#state.session !== null) this.#end(this.#endReason(), true);
    else if (session === null) this.state.update({ status: "unauthenticated" });
    // The page was made for nobody, or for a session that is over: the server makes it for this one.
    else if (closed !== null || status === "unauthenticated") this.#page.reload();
    else this.adopt(session);
  }

  async #prolong(): Promise<boolean> {
    this.#deadlines.slid();
    try {
      const answer = await this.client.request({ method: "POST", path: "/session/extend" }, true);
      const { session } = parseData(sessionResponseSchema, answer);
      if (session === null) return false;
      this.adopt(session);
      const { idleExpiresAt } = session;
      emitSessionEvent({ type: "extended", idleExpiresAt });
      this.#channel?.post({ type: "extended", idleExpiresAt });
      return true;
    } catch {
      // Seen by the client; the countdown goes on, and a person who is still there tries again.
      return false;
    }
  }

  #signedIn(session: SessionView): void {
    if (!this.#announced) emitSessionEvent({ type: "signed-in", session });
    this.#announced = true;
    this.#channel?.post({ type: "signed-in", userId: session.user.id });
    this.#reckon();
  }

  /** Works out the deadlines anew. */
  #reckon(): void {
    const { session } = this.#state;
    if (session === null || this.#channel === undefined) return;
    this.#deadlines.learn(session);
    const [leftMs, leadMs] = [this.#deadlines.leftMs(), this.#deadlines.leadMs()];
    if (leftMs > leadMs && this.#state.prompt !== null) this.state.update({ prompt: null });
    this.#wakeIn(this.#state.prompt === null ? leftMs - leadMs : leftMs);
  }

  #wakeIn(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#wake(), Math.min(Math.max(delayMs, 0), longestTimeoutMs));
  }

  /** Close to an end, or at it: asks first, then tells the person. */
  async #wake(): Promise<void> {
    if (this.#state.status === "loading") return this.#load();
    const answered = await this.check();
    const leftMs = this.#deadlines.leftMs();
    if (this.#state.session === null || leftMs > this.#deadlines.leadMs()) return;
    const { at, reason } = this.#deadlines.next;
    if (answered && this.#state.prompt === null && this.#dismissedAt !== at) {
      this.state.update({ prompt: this.#deadlines.nextHere });
      emitSessionEvent({ type: "expiring", at: new Date(at).toISOString(), reason });
    }
    if (answered) this.#wakeIn(leftMs > 0 ? leftMs : pastDeadlineMs);
    else this.#wakeIn(askAgainMs);
  }

  #endReason(): SessionEndReason {
    return this.#deadlines.hasPassed() ? this.#deadlines.next.reason : "revoked";
  }

  /** @param here whether this tab found out: it tells the others, and goes to sign-in if somebody looks at it */
  #end(reason: SessionEndReason, here: boolean): void {
    const { session, closed } = this.#state;
    if (closed !== null) return;
    clearTimeout(this.#timer);
    const leaving = here && (reason === "user" || this.#page.isVisible());
    this.state.update({
      ...({ status: "unauthenticated", session: null, prompt: null } as const),
      closed: { reason: session === null ? null : reason, leaving },
    });
    if (session !== null) {
      emitSessionEvent({ type: "signed-out", reason });
      if (here) this.#channel?.post({ type: "ended", reason });
    }
    // Identity may remember a person who has left, or whose session was taken away.
    if (leaving && reason !== "user") void this.#leave(session !== null && reason !== "expired");
  }

  async #leave(reauthenticate: boolean): Promise<void> {
    const left = await this.#page.leave(signInUrl(this.#page.here(), reauthenticate));
    const { closed } = this.#state;
    if (!left && closed !== null) this.state.update({ closed: { ...closed, leaving: false } });
  }

  /** Another tab says that the session is over. It may mean one that this browser has replaced by now. */
  async #verifyEnd(reason: SessionEndReason): Promise<void> {
    const session = await this.client.readSession().catch(() => null);
    if (session === null) this.#end(reason, false);
    else this.#settle(session);
  }

  #onSign(at: number): void {
    if (at - this.#toldActivityAt >= activityToldEveryMs) {
      this.#toldActivityAt = at;
      this.#channel?.post({ type: "activity", at });
    }
    // A question that was asked wants an answer: a pointer that passes by is none.
    const { session, prompt } = this.#state;
    if (session !== null && prompt === null && this.#deadlines.isKeepAliveDue()) void this.extend();
  }

  #onMessage(message: SessionMessage): void {
    const { session, closed, status } = this.#state;
    switch (message.type) {
      case "activity":
        this.#activity.note(message.at);
        break;
      case "extended":
        if (session === null) break;
        this.adopt({ ...session, idleExpiresAt: message.idleExpiresAt });
        emitSessionEvent(message);
        break;
      case "ended":
        if (session === null) break;
        if (message.reason === "user") this.#end("user", false);
        else void this.#verifyEnd(message.reason);
        break;
      case "signed-in":
        if (closed?.leaving === true || status === "loading") break;
        if (session?.user.id !== message.userId) this.#page.reload();
        break;
    }
  }
}
