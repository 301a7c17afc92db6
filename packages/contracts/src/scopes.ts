import { z } from "zod";
import type { Role } from "./roles.ts";

/** Scopes of the platform's API (RFC 6749 section 3.3), `resource:action`. */
export const scopeSchema = z.enum([
  "profile:read",
  "profile:write",
  "insights:read",
  "insights:write",
  "users:read",
  "users:write",
  "audit:read",
  "clients:read",
  "clients:write",
  "keys:read",
  "keys:write",
  "registry:read",
  "registry:publish",
  "registry:override",
  "registry:admin",
  "registry:host",
  "events:write",
]);
export type Scope = z.infer<typeof scopeSchema>;

const admin = [
  "insights:write",
  "users:read",
  "users:write",
  "audit:read",
  "clients:read",
  "clients:write",
  "keys:read",
  "keys:write",
  "registry:publish",
  "registry:override",
  "registry:admin",
] as const satisfies Scope[];

const everyone = [
  "profile:read",
  "profile:write",
  "insights:read",
  "registry:read",
] as const satisfies Scope[];

/** What a user's access token may carry at most, by role. Clients acting for themselves are listed in the client file. */
export const scopesByRole: Readonly<Record<Role, readonly Scope[]>> = {
  viewer: everyone,
  member: [...everyone, "insights:write"],
  developer: [...everyone, "insights:write", "registry:publish", "registry:override"],
  admin: [...everyone, ...admin],
};

/** The union of what the roles allow. */
export function scopesForRoles(roles: readonly Role[]): Scope[] {
  return [...new Set(roles.flatMap((role) => scopesByRole[role]))];
}
