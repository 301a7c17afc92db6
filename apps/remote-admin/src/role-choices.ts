import { type Role, roleSchema } from "@mullion/contracts";
import type { Choice } from "@mullion/ui";

const labels = {
  admin: "Admin",
  developer: "Developer",
  member: "Member",
  viewer: "Viewer",
} as const satisfies Record<Role, string>;
const separator = ",";

/** Roles as the value of one choice. */
export function toValue(roles: readonly Role[]): string {
  return roles.join(separator);
}

/** Roles of a choice. */
export function toRoles(value: string): Role[] {
  return value.split(separator).map((role) => roleSchema.parse(role));
}

/** Each role alone, and the roles held now where they are several: choosing nothing must change nothing. */
export function roleChoices(held: readonly Role[]): readonly Choice<string>[] {
  const single = roleSchema.options.map((role) => ({ value: role, label: labels[role] }));
  if (held.length === 1) return single;
  return [{ value: toValue(held), label: held.map((role) => labels[role]).join(", ") }, ...single];
}
