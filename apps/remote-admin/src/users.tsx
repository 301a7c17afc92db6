import { type User, userListSchema } from "@mullion/contracts";
import { useBff, useSession } from "@mullion/session";
import { Alert, Avatar, Badge, Card, ErrorCard, type Formatter, Table, type TableColumn } from "@mullion/ui";
import type { ReactNode } from "react";
import { PersonSessions } from "./person-sessions.tsx";
import { RoleSelect } from "./role-select.tsx";
import { SignOutEverywhere } from "./sign-out-everywhere.tsx";

function columns(format: Formatter, ownId: string | undefined): readonly TableColumn<User>[] {
  return [
    {
      id: "person",
      header: "Person",
      cell: (user) => (
        <span className="mu-person">
          <Avatar name={user.name} />
          <span>
            <span className="mu-row mu-row--tight">
              <strong>{user.name}</strong>
              {user.id === ownId && <Badge>You</Badge>}
            </span>
            <span className="mu-muted mu-small">{user.email}</span>
          </span>
        </span>
      ),
    },
    { id: "roles", header: "Role", cell: (user) => <RoleSelect user={user} /> },
    {
      id: "last",
      header: "Last sign-in",
      cell: (user) => (user.lastSignInAt === null ? "Never" : format.dateTime(user.lastSignInAt)),
    },
    { id: "since", header: "Since", cell: (user) => format.dateTime(user.createdAt) },
    {
      id: "sessions",
      header: "Sessions",
      cell: (user) => (
        <div className="mu-stack mu-stack--tight">
          <SignOutEverywhere user={user} isOwn={user.id === ownId} />
          <PersonSessions user={user} format={format} />
        </div>
      ),
    },
  ];
}

/** Everybody who has an account. */
export function Users({ format }: { readonly format: Formatter }): ReactNode {
  const { session } = useSession();
  const { data, error, isValidating, refresh } = useBff("/identity/users", userListSchema);
  if (data === undefined && error !== undefined) {
    return (
      <ErrorCard
        title="The list of people could not be loaded"
        detail={error.message}
        retrying={isValidating}
        onRetry={() => void refresh()}
      />
    );
  }
  return (
    <Card
      title="People"
      busy={data === undefined}
      actions={data && <Badge>{format.number(data.users.length)}</Badge>}
    >
      {error !== undefined && <Alert tone="warning">This list could not be refreshed. {error.message}</Alert>}
      <Table
        caption="People and their roles"
        columns={columns(format, session?.user.id)}
        rows={data?.users}
        rowKey={(user) => user.id}
      />
    </Card>
  );
}
