import type { SessionView } from "@mullion/contracts";
import { vi } from "vitest";
import type { BrowserPage } from "./browser-page.ts";
import { SessionLife } from "./session-life.ts";

/** One request that reached the shell. */
export interface SeenRequest {
  readonly line: string;
  readonly headers: Headers;
}

interface Ends {
  readonly idleSeconds?: number;
  readonly totalSeconds?: number;
  /** What the machine's clock is ahead of the server's, in milliseconds. */
  readonly skewMs?: number;
}

/** A shell with one session that idles out by the (fake) clock, as the front's does. */
export class TestShell {
  readonly seen: SeenRequest[] = [];
  userId = "user-1";
  roles: SessionView["roles"] = ["member"];
  /** Answers instead of the shell, for as long as it is set. */
  failure: (() => Response) | null = null;
  readonly #skewMs: number;
  readonly #idleMs: number;
  readonly #endAt: number;
  #idleAt: number;
  #isOver = false;

  constructor({ idleSeconds = 1_800, totalSeconds = 43_200, skewMs = 0 }: Ends = {}) {
    this.#skewMs = skewMs;
    this.#idleMs = idleSeconds * 1_000;
    this.#endAt = this.#now() + totalSeconds * 1_000;
    this.#idleAt = this.#now() + this.#idleMs;
    vi.stubGlobal("fetch", this.fetch);
  }

  get lines(): string[] {
    return this.seen.map(({ line }) => line);
  }

  view(): SessionView {
    const iso = (at: number): string => new Date(at).toISOString();
    return {
      user: { id: this.userId, name: "Ada", email: "ada@mullion.test" },
      roles: this.roles,
      expiresAt: iso(this.#endAt),
      idleExpiresAt: iso(Math.min(this.#idleAt, this.#endAt)),
    };
  }

  /** The session is used, in another tab for example. */
  slide(): void {
    this.#idleAt = this.#now() + this.#idleMs;
  }

  end(): void {
    this.#isOver = true;
  }

  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const url = input instanceof Request ? input.url : input.toString();
    const headers = new Headers(init.headers);
    this.seen.push({ line: `${init.method ?? "GET"} ${url}`, headers });
    const answer = this.failure?.() ?? this.#answer(url, headers);
    answer.headers.set("date", new Date(this.#now()).toUTCString());
    return answer;
  };

  #now(): number {
    return Date.now() - this.#skewMs;
  }

  #isAlive(): boolean {
    return !this.#isOver && this.#now() < Math.min(this.#idleAt, this.#endAt);
  }

  #answer(url: string, headers: Headers): Response {
    if (url === "/api/session") return Response.json({ session: this.#isAlive() ? this.view() : null });
    if (url === "/api/auth/csrf") return Response.json({ csrfToken: "csrf" });
    if (url === "/api/auth/signout") {
      this.end();
      return Response.json({ url: "/" });
    }
    if (!this.#isAlive()) return problem(401, "no_session");
    if (headers.get("x-mullion-background") === null) this.slide();
    if (url === "/api/bff/session/extend") return Response.json({ session: this.view() });
    return Response.json({ path: url });
  }
}

/** A problem document as the front sends one. */
export function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  return Response.json({ title: code, status, code }, { status, headers });
}

/** A tab: the page it shows is recorded instead of left. */
export class TestTab implements BrowserPage {
  readonly wentTo: string[] = [];
  reloads = 0;
  visible = true;
  readonly life: SessionLife;
  readonly close: () => void;

  constructor(session: SessionView | null | undefined) {
    this.life = new SessionLife(session, this);
    this.close = this.life.start();
  }

  get state(): ReturnType<SessionLife["state"]["snapshot"]> {
    return this.life.state.snapshot();
  }

  here(): string {
    return "/user?tab=devices";
  }
  isVisible(): boolean {
    return this.visible;
  }
  assign(url: string): void {
    this.wentTo.push(url);
  }
  reload(): void {
    this.reloads += 1;
  }
  async leave(url: string): Promise<boolean> {
    this.assign(url);
    return true;
  }
}

/** Lets messages between tabs and answers of the shell arrive; timers stand still. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets so many seconds pass. */
export async function pass(seconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(seconds * 1_000);
  await settle();
}

/** Timers and the clock stand still from now on; what messages and answers need goes on. */
export function holdTime(): void {
  vi.useFakeTimers({
    now: new Date("2026-03-09T08:00:00Z"),
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"],
  });
}
