import type { SpaSession } from "@mullion/contracts/spa-session";
import { type AuthEvent, type AuthState, type SignOutReason, unknownState } from "./auth-state.ts";
import { hasCode, SpaAuthError } from "./errors.ts";
import { type IdleClock, type IdleOptions, startIdleClock } from "./idle-clock.ts";
import { type Credentials, createSessionApi, type SessionApi } from "./session-api.ts";
import { openTabs, type TabMessage, type Tabs } from "./tabs.ts";

/** How an application signs people in. */
export interface SpaAuthOptions {
  /** Origin of identity, e.g. `https://id.example.com`; on the same site as the application. */
  readonly issuer: string;
  /** A client with `firstPartyApi` whose `origins` list this application's. */
  readonly clientId: string;
  /** What the tokens are to be good for, space-separated; all that the person may do when not given. */
  readonly scope?: string;
  /** Signs people out who do nothing; never when not given. */
  readonly idle?: IdleOptions;
}

/** The session of one tab. Its access token is in memory only, the refresh token in a cookie that no script reads. */
export interface SpaAuth {
  /** What is known; the same object until something changes. */
  snapshot(): AuthState;
  /** Calls `watcher` at every change; returns what ends that. */
  subscribe(watcher: () => void): () => void;
  /** Calls `listener` with what happens; returns what ends that. */
  on(listener: (event: AuthEvent) => void): () => void;
  /** Begins to keep the session: silent refresh now and before each expiry, other tabs, idle clock. Returns what ends that. */
  start(): () => void;
  /** @throws {SpaAuthError} `invalid_credentials`, `too_many_attempts`, `identity_unavailable`, `refused` */
  signIn(credentials: Credentials): Promise<void>;
  /** Ends the session at identity, here and in the other tabs. @throws {SpaAuthError} `identity_unavailable`: it still stands */
  signOut(): Promise<void>;
  /** Answers the idle prompt: somebody is there. */
  stay(): void;
  /**
   * An access token that has not expired; refreshes for it when there is none, once for all who ask.
   * @param refused one that the API did not take: another is fetched
   * @throws {SpaAuthError} `no_session`, `identity_unavailable`, `refused`
   */
  accessToken(refused?: string): Promise<string>;
}

interface Held {
  readonly session: SpaSession;
  readonly expiresAt: number;
}

const longestBackoffMs = 30_000;

/** How long before its end a token is replaced, in milliseconds. */
function leadMs(expiresIn: number): number {
  return Math.min(60_000, expiresIn * 200);
}

class Auth implements SpaAuth {
  readonly #options: SpaAuthOptions;
  readonly #api: SessionApi;
  readonly #watchers = new Set<() => void>();
  readonly #listeners = new Set<(event: AuthEvent) => void>();
  #state = unknownState;
  #held: Held | null = null;
  #tabs: Tabs | undefined;
  #idle: IdleClock | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #refreshing: Promise<void> | undefined;
  /** Grows whenever a session is taken over or ends: what began before is late. */
  #epoch = 0;
  #failures = 0;
  #quietUntil = 0;

  constructor(options: SpaAuthOptions) {
    this.#options = options;
    this.#api = createSessionApi(options.issuer, options.clientId);
  }

  readonly snapshot = (): AuthState => this.#state;

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  on(listener: (event: AuthEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): () => void {
    const { issuer, clientId } = this.#options;
    this.#tabs = openTabs(`mullion-spa ${issuer} ${clientId}`, (message) => {
      this.#onMessage(message);
    });
    const onVisible = (): void => {
      if (document.visibilityState === "visible") this.#wake();
    };
    document.addEventListener("visibilitychange", onVisible);
    if (this.#held !== null) this.#watchIdle();
    this.#wake();
    return () => {
      document.removeEventListener("visibilitychange", onVisible);
      clearTimeout(this.#timer);
      this.#idle?.stop();
      this.#tabs?.close();
      this.#tabs = this.#idle = undefined;
    };
  }

  async signIn(credentials: Credentials): Promise<void> {
    const { scope } = this.#options;
    await this.#exclusively(async () => {
      this.#adopt(await this.#api.signIn({ ...credentials, scope }), true);
    });
  }

  async signOut(): Promise<void> {
    await this.#exclusively(() => this.#api.signOut());
    this.#end("user", true);
  }

  stay(): void {
    const at = Date.now();
    this.#idle?.note(at);
    this.#tabs?.post({ type: "activity", at });
    this.#update({ idleEndsAt: null });
  }

  async accessToken(refused?: string): Promise<string> {
    const held = this.#usable(refused);
    if (held !== undefined) return held;
    if (this.#state.status === "signed-out") throw new SpaAuthError("no_session", "Nobody is signed in.");
    const waitMs = this.#quietUntil - Date.now();
    if (waitMs > 0) {
      throw new SpaAuthError("identity_unavailable", "Identity cannot be reached.", {
        retryAfterSeconds: Math.ceil(waitMs / 1_000),
      });
    }
    await this.#refresh(refused);
    return this.accessToken(refused);
  }

  #usable(refused?: string): string | undefined {
    if (this.#held === null) return undefined;
    const { session, expiresAt } = this.#held;
    return session.accessToken !== refused && Date.now() < expiresAt ? session.accessToken : undefined;
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    return this.#tabs === undefined ? work() : this.#tabs.exclusively(work);
  }

  #refresh(refused?: string): Promise<void> {
    this.#refreshing ??= this.#ask(refused).finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** Asks identity for tokens, unless another tab did while this one waited for its turn. */
  async #ask(refused?: string): Promise<void> {
    const epoch = this.#epoch;
    try {
      await this.#exclusively(async () => {
        if (epoch !== this.#epoch && (this.#usable(refused) !== undefined || this.#held === null)) return;
        const session = await this.#api.refresh();
        if (epoch === this.#epoch) this.#adopt(session, true);
      });
      this.#failures = this.#quietUntil = 0;
    } catch (error) {
      if (epoch !== this.#epoch) return;
      if (hasCode(error, "no_session")) this.#end("ended", true);
      else this.#backOff(error);
      throw error;
    }
  }

  /** Identity does not answer: what is known stays, and it is asked again later. */
  #backOff(error: unknown): void {
    const asked = error instanceof SpaAuthError ? error.retryAfterSeconds : undefined;
    const delayMs =
      asked === undefined ? Math.min(1_000 * 2 ** this.#failures, longestBackoffMs) : asked * 1_000;
    this.#failures += 1;
    // Spread out, so that an identity that is back is not asked by everybody at once.
    const spreadMs = Math.ceil(delayMs * (0.75 + Math.random() / 2));
    this.#quietUntil = Date.now() + spreadMs;
    this.#update({ identityAvailable: false });
    this.#wakeIn(spreadMs);
  }

  #adopt(session: SpaSession, here: boolean, expiresAt = Date.now() + session.expiresIn * 1_000): void {
    const known = this.#state.user;
    this.#epoch += 1;
    this.#held = { session, expiresAt };
    this.#failures = this.#quietUntil = 0;
    this.#update({ status: "signed-in", user: session.user, reason: null, identityAvailable: true });
    if (here) this.#tabs?.post({ type: "session", session, expiresAt });
    if (known?.id !== session.user.id) {
      this.#watchIdle();
      this.#emit({ type: "signed-in", user: session.user });
    }
    this.#wakeIn(this.#dueAt() - Date.now());
  }

  #end(reason: SignOutReason, here: boolean): void {
    const { status } = this.#state;
    this.#epoch += 1;
    this.#held = null;
    clearTimeout(this.#timer);
    this.#idle?.stop();
    this.#idle = undefined;
    if (status === "signed-out") return;
    const was = status === "signed-in" ? reason : null;
    this.#update({ ...unknownState, status: "signed-out", reason: was });
    if (here) this.#tabs?.post({ type: "signed-out", reason });
    if (was !== null) this.#emit({ type: "signed-out", reason: was });
  }

  #watchIdle(): void {
    const { idle } = this.#options;
    this.#idle?.stop();
    if (idle === undefined || this.#tabs === undefined) return;
    this.#idle = startIdleClock(idle, {
      onActivity: (at) => this.#tabs?.post({ type: "activity", at }),
      onPrompt: (endsAt) => {
        this.#update({ idleEndsAt: endsAt });
        this.#emit({ type: "idle-prompt", endsAt });
      },
      onIdle: () => {
        this.#end("idle", true);
        void this.#signOutLater(0);
      },
    });
  }

  /** The page shows nobody any more; identity is told as soon as it can be reached. */
  async #signOutLater(attempt: number): Promise<void> {
    const epoch = this.#epoch;
    try {
      await this.#exclusively(async () => {
        // Somebody signed in again: that session is not the one to end.
        if (epoch === this.#epoch) await this.#api.signOut();
      });
    } catch {
      const delayMs = Math.min(1_000 * 2 ** attempt, longestBackoffMs);
      if (epoch === this.#epoch) setTimeout(() => void this.#signOutLater(attempt + 1), delayMs);
    }
  }

  #onMessage(message: TabMessage): void {
    switch (message.type) {
      case "session":
        this.#adopt(message.session, false, message.expiresAt);
        break;
      case "signed-out":
        this.#end(message.reason, false);
        break;
      case "activity":
        this.#idle?.note(Math.min(message.at, Date.now()));
        this.#update({ idleEndsAt: null });
    }
  }

  #wakeIn(delayMs: number): void {
    clearTimeout(this.#timer);
    if (this.#tabs !== undefined) this.#timer = setTimeout(() => this.#wake(), Math.max(0, delayMs));
  }

  /** Looks whether it is time for a refresh. Nobody needs a fresh token in a tab that nobody sees, until a call does. */
  #wake(): void {
    if (this.#state.status === "signed-out") return;
    const waitMs = Math.max(this.#dueAt(), this.#quietUntil) - Date.now();
    if (waitMs > 0) this.#wakeIn(waitMs);
    else if (this.#held?.session.refreshable === false) this.#end("ended", true);
    else if (this.#held === null || document.visibilityState === "visible")
      this.#refresh().catch(() => undefined);
  }

  /** When the token is to be replaced, or the session is over without it. */
  #dueAt(): number {
    if (this.#held === null) return 0;
    const { session, expiresAt } = this.#held;
    return session.refreshable ? expiresAt - leadMs(session.expiresIn) : expiresAt;
  }

  #update(change: Partial<AuthState>): void {
    this.#state = { ...this.#state, ...change };
    for (const watcher of [...this.#watchers]) watcher();
  }

  #emit(event: AuthEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}

/** Keeps people signed in to an application in a browser, outside the shell. Nothing happens before `start`. */
export function createSpaAuth(options: SpaAuthOptions): SpaAuth {
  return new Auth(options);
}
