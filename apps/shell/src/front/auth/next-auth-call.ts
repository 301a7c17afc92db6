import type { IncomingHttpHeaders } from "node:http";
import { createRequire } from "node:module";
import type { NextApiRequest, NextApiResponse } from "next";
import type NextAuthHandler from "next-auth";
import type { AuthOptions } from "next-auth";

// CommonJS: imported by Node its default export would be the module, imported by a bundler the function.
const { default: NextAuth } = createRequire(import.meta.url)("next-auth") as {
  default: typeof NextAuthHandler;
};

/** One request to NextAuth's handler. `action` is what follows `/api/auth/`, split at the slashes. */
export interface AuthRequest {
  readonly method: "GET" | "POST";
  readonly action: readonly string[];
  readonly query: Readonly<Record<string, string>>;
  readonly cookies: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, string>>;
}

/** What NextAuth answered. `redirect` is its Location. */
export interface AuthResponse {
  readonly status: number;
  readonly setCookie: readonly string[];
  readonly redirect: string | null;
  readonly contentType: string | null;
  readonly body: unknown;
}

/** The part of a Next.js API response that NextAuth v4 writes to. */
class ResponseRecorder {
  statusCode = 200;
  body: unknown = null;
  readonly #headers = new Map<string, number | string | readonly string[]>();

  status(code: number): this {
    this.statusCode = code;
    return this;
  }
  setHeader(name: string, value: number | string | readonly string[]): this {
    this.#headers.set(name.toLowerCase(), value);
    return this;
  }
  getHeader(name: string): number | string | readonly string[] | undefined {
    return this.#headers.get(name.toLowerCase());
  }
  json(body: unknown): void {
    this.setHeader("content-type", "application/json");
    this.body = body;
  }
  send(body: unknown): void {
    this.body = body;
  }
  end(): void {
    this.body ??= "";
  }
  text(name: string): string | null {
    const value = this.getHeader(name);
    return value === undefined ? null : String(value);
  }
}

/**
 * Calls NextAuth v4 outside Next: its handler takes plain request and response objects, so Next need not be loaded in
 * the process that holds the secrets (docs/adr/0003).
 */
export async function callNextAuth(request: AuthRequest, options: AuthOptions): Promise<AuthResponse> {
  const recorder = new ResponseRecorder();
  const nextRequest = { ...request, query: { ...request.query, nextauth: [...request.action] } };
  // The two objects are what the handler reads and writes, not the whole of Next's types.
  await NextAuth(nextRequest as unknown as NextApiRequest, recorder as unknown as NextApiResponse, options);
  const cookies = recorder.getHeader("set-cookie");
  return {
    status: recorder.statusCode,
    setCookie: Array.isArray(cookies) ? cookies.map(String) : cookies === undefined ? [] : [String(cookies)],
    redirect: recorder.text("location"),
    contentType: recorder.text("content-type"),
    body: recorder.body,
  };
}
