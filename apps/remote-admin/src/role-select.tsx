import type { Role, User, UserList } from "@mullion/contracts";
import { useBffMutation } from "@mullion/session";
import { InlineSelect } from "@mullion/ui";
import type { ReactNode } from "react";
import { roleChoices, toRoles, toValue } from "./role-choices.ts";

/** Changes what a person may do. The row shows it at once, and takes it back with the reason if identity refuses. */
export function RoleSelect({ user }: { readonly user: User }): ReactNode {
  const { run, error } = useBffMutation<{ readonly roles: Role[] }, UserList>({
    method: "PATCH",
    path: `/identity/users/${encodeURIComponent(user.id)}`,
    optimistic: {
      path: "/identity/users",
      update: (list, { roles }) => ({
        users: list.users.map((other) => (other.id === user.id ? { ...other, roles } : other)),
      }),
    },
  });
  return (
    <span className="mu-inline-field">
      <InlineSelect
        label={`Role of ${user.name}`}
        choices={roleChoices(user.roles)}
        value={toValue(user.roles)}
        onChange={(value) => void run({ roles: toRoles(value) })}
      />
      {error !== undefined && (
        <span className="mu-field__error" role="alert">
          {error.message}
        </span>
      )}
    </span>
  );
}
