import type { Preferences } from "@mullion/contracts";
import { useSession } from "@mullion/session";
import { Avatar, Badge, Card, createFormatter } from "@mullion/ui";
import type { ReactNode } from "react";

interface IdentityProps {
  /** Left out until they are known. */
  readonly preferences: Preferences | undefined;
}

/** What the session says of the person. */
export function Identity({ preferences }: IdentityProps): ReactNode {
  const { session } = useSession();
  if (session === null) return null;
  const { user, roles, expiresAt } = session;
  const name = preferences?.displayName ?? user.name;
  return (
    <Card title="You">
      <div className="mu-row">
        <Avatar name={name} large />
        <div>
          <p className="mu-subtitle">{name}</p>
          <div className="mu-row mu-row--tight">
            {roles.map((role) => (
              <Badge key={role} tone="accent">
                {role}
              </Badge>
            ))}
          </div>
        </div>
      </div>
      <dl className="mu-facts">
        <div>
          <dt>E-mail</dt>
          <dd>{user.email}</dd>
        </div>
        <div>
          <dt>Name at sign-in</dt>
          <dd>{user.name}</dd>
        </div>
        <div>
          <dt>Signed in until</dt>
          <dd>{createFormatter(preferences).dateTime(expiresAt)}</dd>
        </div>
      </dl>
    </Card>
  );
}
