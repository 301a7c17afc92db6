import type { Scope } from "./scopes.ts";

/** Services behind the gateway. */
export type UpstreamName = "profile" | "insights" | "identity" | "registry";

/** One route of the platform's API. The BFF and the gateway serve exactly what is listed, and nothing else. */
export interface ApiRoute {
  /** Stable name, used in logs, metrics and events. */
  readonly id: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path at the gateway and at the service; under `/api/bff` at the shell. `:name` stands for one segment. */
  readonly path: string;
  readonly upstream: UpstreamName;
  readonly scope: Scope;
  readonly timeoutMs: number;
  /** Largest request body accepted. 0 where the method has none. */
  readonly bodyLimitBytes: number;
}

const read = { method: "GET", timeoutMs: 5_000, bodyLimitBytes: 0 } as const;
const write = { timeoutMs: 10_000, bodyLimitBytes: 16_384 } as const;

/** The route manifest: one truth for the BFF, the gateway and the docs. */
export const apiRoutes: readonly ApiRoute[] = [
  { ...read, id: "profile.me", path: "/profile/me", upstream: "profile", scope: "profile:read" },
  {
    ...write,
    id: "profile.preferences.save",
    method: "PUT",
    path: "/profile/me/preferences",
    upstream: "profile",
    scope: "profile:write",
  },
  {
    ...write,
    id: "profile.pins.save",
    method: "PUT",
    path: "/profile/me/pins",
    upstream: "profile",
    scope: "profile:write",
  },
  { ...read, id: "insights.health", path: "/insights/health", upstream: "insights", scope: "insights:read" },
  {
    ...read,
    id: "insights.summary",
    path: "/insights/summary",
    upstream: "insights",
    scope: "insights:read",
  },
  {
    ...write,
    id: "insights.annotations.add",
    method: "POST",
    path: "/insights/annotations",
    upstream: "insights",
    scope: "insights:write",
  },
  { ...read, id: "identity.users", path: "/identity/users", upstream: "identity", scope: "users:read" },
  {
    ...write,
    id: "identity.users.update",
    method: "PATCH",
    path: "/identity/users/:id",
    upstream: "identity",
    scope: "users:write",
  },
  {
    ...read,
    id: "registry.remotes",
    path: "/registry/remotes",
    upstream: "registry",
    scope: "registry:read",
  },
];
