import { apiAudience, identityAudience } from "./claims.ts";
import { type ApiRoute, defineRoutes, type ServiceRoute, type ShellRoute } from "./route-manifest.ts";

const read = { method: "GET", timeoutMs: 5_000, bodyLimitBytes: 0, retries: 1 } as const;
const write = { timeoutMs: 10_000, bodyLimitBytes: 16_384 } as const;
const stream = { method: "GET", timeoutMs: 60_000, bodyLimitBytes: 0 } as const;

const profile = { auth: "jwt", upstream: "profile", audience: apiAudience } as const;
const insights = { auth: "jwt", upstream: "insights", audience: apiAudience } as const;
// People and their rights: a token that was revoked a moment ago must not pass for the rest of its ten minutes.
const identity = { auth: "introspection", upstream: "identity", audience: identityAudience } as const;
const registry = { auth: "jwt", upstream: "registry", audience: apiAudience } as const;
const session = { auth: "session", upstream: "shell", timeoutMs: 5_000, bodyLimitBytes: 0 } as const;

/** The route manifest: one truth for the BFF, the gateway and the docs. */
export const apiRoutes: readonly ApiRoute[] = defineRoutes([
  { ...read, ...profile, id: "profile.me", path: "/profile/me", scope: "profile:read" },
  {
    ...{ ...write, ...profile, id: "profile.preferences.save", method: "PUT" },
    ...{ path: "/profile/me/preferences", scope: "profile:write" },
  },
  {
    ...{ ...write, ...profile, id: "profile.pins.save", method: "PUT" },
    ...{ path: "/profile/me/pins", scope: "profile:write" },
  },
  { ...read, ...insights, id: "insights.health", path: "/insights/health", scope: "insights:read" },
  {
    ...{ ...stream, ...insights, id: "insights.live", transport: "sse" },
    ...{ path: "/insights/live", scope: "insights:read" },
  },
  {
    ...{ ...stream, ...insights, id: "insights.feed", transport: "websocket" },
    ...{ path: "/insights/feed", scope: "insights:read" },
  },
  { ...read, ...insights, id: "insights.summary", path: "/insights/summary", scope: "insights:read" },
  { ...read, ...insights, id: "insights.panes", path: "/insights/panes", scope: "insights:read" },
  {
    ...{ ...write, ...insights, id: "insights.annotations.add", method: "POST" },
    ...{ path: "/insights/annotations", scope: "insights:write" },
  },
  { ...read, ...identity, id: "identity.users", path: "/identity/users", scope: "users:read" },
  {
    ...{ ...write, ...identity, id: "identity.users.update", method: "PATCH" },
    ...{ path: "/identity/users/:id", scope: "users:write" },
  },
  {
    ...{ ...write, ...identity, id: "identity.users.sessions.revoke", method: "DELETE" },
    ...{ path: "/identity/users/:id/sessions", scope: "users:write" },
  },
  {
    ...{ ...read, ...identity, id: "identity.users.sessions" },
    ...{ path: "/identity/users/:id/sessions", scope: "users:read" },
  },
  {
    ...{ ...write, ...identity, id: "identity.users.session.revoke", method: "DELETE" },
    ...{ path: "/identity/users/:id/sessions/:session", scope: "users:write" },
  },
  { ...read, ...identity, id: "identity.clients", path: "/identity/clients", scope: "clients:read" },
  { ...read, ...identity, id: "identity.clients.show", path: "/identity/clients/:id", scope: "clients:read" },
  {
    ...{ ...write, ...identity, id: "identity.clients.create", method: "POST" },
    ...{ path: "/identity/clients", scope: "clients:write" },
  },
  {
    ...{ ...write, ...identity, id: "identity.clients.update", method: "PATCH" },
    ...{ path: "/identity/clients/:id", scope: "clients:write" },
  },
  {
    ...{ ...write, ...identity, id: "identity.clients.delete", method: "DELETE" },
    ...{ path: "/identity/clients/:id", scope: "clients:write" },
  },
  {
    ...{ ...write, ...identity, id: "identity.clients.secret", method: "POST" },
    ...{ path: "/identity/clients/:id/secret", scope: "clients:write" },
  },
  { ...read, ...identity, id: "identity.keys", path: "/identity/keys", scope: "keys:read" },
  {
    ...{ ...write, ...identity, id: "identity.keys.rotate", method: "POST" },
    ...{ path: "/identity/keys/rotate", scope: "keys:write" },
  },
  {
    ...{ ...write, ...identity, id: "identity.keys.drop", method: "DELETE" },
    ...{ path: "/identity/keys/:kid", scope: "keys:write" },
  },
  { ...read, ...identity, id: "identity.audit", path: "/identity/audit", scope: "audit:read" },
  {
    ...{ ...read, ...identity, id: "identity.audit.verification", timeoutMs: 30_000 },
    ...{ path: "/identity/audit/verification", scope: "audit:read" },
  },
  { ...read, ...registry, id: "registry.remotes", path: "/registry/remotes", scope: "registry:read" },
  { ...read, ...registry, id: "registry.rollouts", path: "/registry/rollouts", scope: "registry:read" },
  {
    ...{ ...write, ...registry, id: "registry.rollouts.promote", method: "PUT" },
    ...{ path: "/registry/rollouts/:channel/:remote/stable", scope: "registry:publish" },
  },
  {
    ...{ ...write, ...registry, id: "registry.rollouts.roll-back", method: "POST" },
    ...{ path: "/registry/rollouts/:channel/:remote/rollback", scope: "registry:publish" },
  },
  {
    ...{ ...write, ...registry, id: "registry.rollouts.canary", method: "PUT" },
    ...{ path: "/registry/rollouts/:channel/:remote/canary", scope: "registry:publish" },
  },
  {
    ...{ ...write, ...registry, id: "registry.rollouts.canary.abort", method: "DELETE" },
    ...{ path: "/registry/rollouts/:channel/:remote/canary", scope: "registry:publish" },
  },
  { ...read, ...registry, id: "registry.overrides", path: "/registry/overrides", scope: "registry:read" },
  {
    ...{ ...write, ...registry, id: "registry.overrides.create", method: "POST" },
    ...{ path: "/registry/overrides", scope: "registry:override" },
  },
  {
    ...{ ...write, ...registry, id: "registry.overrides.revoke", method: "DELETE" },
    ...{ path: "/registry/overrides/:id", scope: "registry:override" },
  },
  { ...read, ...registry, id: "registry.keys", path: "/registry/keys", scope: "registry:read" },
  {
    ...{ ...write, ...registry, id: "registry.keys.delegate", method: "PUT" },
    ...{ path: "/registry/keys", scope: "registry:admin" },
  },
  {
    ...{ ...write, ...registry, id: "registry.keys.revoke", method: "DELETE" },
    ...{ path: "/registry/keys/:thumbprint", scope: "registry:admin" },
  },
  {
    ...{ ...read, ...registry, id: "registry.publishers" },
    ...{ path: "/registry/publishers/:remote", scope: "registry:read" },
  },
  {
    ...{ ...write, ...registry, id: "registry.publishers.add", method: "PUT" },
    ...{ path: "/registry/publishers/:remote/:subject", scope: "registry:publish" },
  },
  {
    ...{ ...write, ...registry, id: "registry.publishers.remove", method: "DELETE" },
    ...{ path: "/registry/publishers/:remote/:subject", scope: "registry:publish" },
  },
  { ...session, id: "session.extend", method: "POST", path: "/session/extend" },
  { ...session, id: "session.devices", method: "GET", path: "/session/devices" },
  { ...session, id: "session.devices.revoke-others", method: "DELETE", path: "/session/devices" },
  { ...session, id: "session.devices.revoke", method: "DELETE", path: "/session/devices/:id" },
]);

/** The routes of a manifest that services behind the gateway answer. */
export function serviceRoutes(routes: readonly ApiRoute[]): ServiceRoute[] {
  return routes.filter((route) => route.auth !== "session");
}

/** The routes of a manifest that the shell's front answers itself. */
export function shellRoutes(routes: readonly ApiRoute[]): ShellRoute[] {
  return routes.filter((route) => route.auth === "session");
}
