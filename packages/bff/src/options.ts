import type { IncomingHttpHeaders } from "node:http";
import type { ApiRoute, Scope } from "@mullion/contracts";
import type { Pool } from "undici";
import type { OpenStreams } from "./open-streams.ts";
import type { SessionTokens } from "./session-tokens.ts";

/** A call of a route that the front answers from the session itself. */
export interface SessionRouteCall {
  readonly sessionId: string;
  /** Values of the path's `:name` segments. */
  readonly params: Readonly<Record<string, string>>;
}

/** Status and JSON body; `undefined` for none. */
export interface SessionRouteAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Handlers of the manifest's `session` routes, by route id. */
export type SessionRoutes = Readonly<Record<string, (call: SessionRouteCall) => Promise<SessionRouteAnswer>>>;

/** Scopes in a remote's manifest; null without one. */
type DeclaredScopes = ReadonlySet<Scope> | null;

/** What reaching the API takes. */
export interface ApiAccess {
  readonly routes: readonly ApiRoute[];
  readonly gateway: Pool;
  readonly tokens: SessionTokens;
  readonly sessionRoutes: SessionRoutes;
  /**
   * Scopes that a remote declares, in the versions that whoever sends these headers may see; null for a remote nobody
   * published.
   */
  readonly declaredScopes: (
    remote: string,
    headers: IncomingHttpHeaders,
  ) => DeclaredScopes | Promise<DeclaredScopes>;
}

/** What the BFF is mounted with. */
export interface BffOptions extends ApiAccess {
  /** Origin of the shell, e.g. `https://app.example.com`. */
  readonly origin: string;
  /** Where WebSockets go: the gateway's origin. */
  readonly gatewayUrl: string;
  /** The session id in a request's cookie, or null. */
  readonly sessionIdOf: (headers: IncomingHttpHeaders) => string | null;
  readonly streams: OpenStreams;
}
