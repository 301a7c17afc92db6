import { csrfHeader, type SpaSession } from "@mullion/contracts/spa-session";
import { vi } from "vitest";
import { createSpaAuth, type SpaAuth, type SpaAuthOptions } from "./create-spa-auth.ts";

export const issuer = "https://id.test";
export const apiUrl = "https://api.test/v1";
export const password = "right";

/** One request, as it was sent. */
export interface SentRequest {
  readonly line: string;
  readonly headers: Headers;
  readonly init: RequestInit;
}

/** Identity with one browser's session, and an API that takes its newest token; both reached by `fetch`. */
export class TestIdentity {
  readonly sent: SentRequest[] = [];
  /** Whether the browser has a cookie that is good for something. */
  isAlive: boolean;
  userId = "ada";
  expiresIn = 600;
  refreshable = true;
  /** Answers instead of identity, for as long as it is set. */
  trouble: (() => Response | Promise<Response>) | null = null;
  /** Answers instead of the API, for as long as it is set. */
  api: ((token: string) => Response | Promise<Response>) | null = null;
  #issued = 0;

  constructor({ isAlive = true }: { isAlive?: boolean } = {}) {
    this.isAlive = isAlive;
    vi.stubGlobal("fetch", this.fetch);
  }

  get token(): string {
    return `token-${this.#issued}`;
  }

  lines(pattern: RegExp): string[] {
    return this.sent.map(({ line }) => line).filter((line) => pattern.test(line));
  }

  get refreshes(): number {
    return this.lines(/refresh$/).length;
  }

  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const url = input instanceof Request ? input.url : input.toString();
    const headers = new Headers(init.headers);
    this.sent.push({ line: `${init.method ?? "GET"} ${url}`, headers, init });
    await Promise.resolve();
    if (url.startsWith(issuer)) return this.trouble?.() ?? this.#session(init, url);
    const token = headers.get("authorization")?.slice("Bearer ".length) ?? "";
    return this.api?.(token) ?? new Response(null, { status: token === this.token ? 200 : 401 });
  };

  #session(init: RequestInit, url: string): Response {
    if (new Headers(init.headers).get(csrfHeader) === null) return problem(403, "cross_site_request");
    if (init.method === "DELETE") {
      this.isAlive = false;
      return new Response(null, { status: 204 });
    }
    if (!url.endsWith("/refresh")) {
      const given = JSON.parse(init.body as string) as { password: string };
      if (given.password !== password) return problem(401, "invalid_credentials");
      this.isAlive = true;
    }
    if (!this.isAlive) return problem(401, "no_session");
    this.#issued += 1;
    const user = { id: this.userId, name: "Ada", email: "ada@mullion.test", emailVerified: true, roles: [] };
    const session: SpaSession = {
      ...{ accessToken: this.token, tokenType: "Bearer", scope: "", user },
      ...{ expiresIn: this.expiresIn, refreshable: this.refreshable },
    };
    return Response.json(session);
  }
}

/** A problem document as identity sends one. */
export function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  return Response.json({ title: code, status, code }, { status, headers });
}

/** The application in one tab. */
export function openTab(options: Partial<SpaAuthOptions> = {}): { auth: SpaAuth; close: () => void } {
  const auth = createSpaAuth({ issuer, clientId: "todo", ...options });
  return { auth, close: auth.start() };
}

/** Lets messages between tabs and answers arrive; timers stand still. */
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
    toFake: ["setTimeout", "clearTimeout", "Date"],
  });
}
