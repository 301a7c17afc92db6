import { hasRole, type Role } from "@mullion/contracts";
import type { ReactNode } from "react";
import { useSession } from "./use-session.ts";

interface RequireRoleProps {
  readonly roles: readonly Role[];
  readonly children: ReactNode;
  readonly fallback?: ReactNode;
}

/** Shows its children to people who hold one of the roles. For looks only: the gateway and the services decide. */
export function RequireRole({ roles, children, fallback = null }: RequireRoleProps): ReactNode {
  const { session } = useSession();
  return session !== null && hasRole(session.roles, roles) ? children : fallback;
}
