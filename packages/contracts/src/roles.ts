import { z } from "zod";

/** Every role a user can hold. A user holds at least one. */
export const roleSchema = z.enum(["admin", "developer", "member", "viewer"]);
export type Role = z.infer<typeof roleSchema>;

/** True when the user holds one of the roles asked for. An empty list asks for nothing. */
export function hasRole(held: readonly Role[], wanted: readonly Role[]): boolean {
  return wanted.length === 0 || wanted.some((role) => held.includes(role));
}
