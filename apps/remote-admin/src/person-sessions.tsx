import { type SignInView, signInListSchema, type User } from "@mullion/contracts";
import { useBff, useBffMutation } from "@mullion/session";
import { Button, type Formatter, Skeleton } from "@mullion/ui";
import { type ReactNode, useState } from "react";

interface PersonSessionsProps {
  readonly user: User;
  readonly format: Formatter;
}

/** Where a person is signed in, folded away until asked for. */
export function PersonSessions({ user, format }: PersonSessionsProps): ReactNode {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details
      className="mu-details"
      onToggle={(event) => {
        setIsOpen(event.currentTarget.open);
      }}
    >
      <summary className="mu-details__summary">
        Show<span className="mu-visually-hidden"> sessions of {user.name}</span>
      </summary>
      {isOpen && <SignIns user={user} format={format} />}
    </details>
  );
}

// Apart from the summary: nobody's sessions are asked for before somebody wants to see them.
function SignIns({ user, format }: PersonSessionsProps): ReactNode {
  const path = `/identity/users/${encodeURIComponent(user.id)}/sessions`;
  const { data, error, refresh } = useBff(path, signInListSchema);
  const { run, error: failure } = useBffMutation<SignInView>({
    method: "DELETE",
    path: ({ id }) => `${path}/${encodeURIComponent(id)}`,
    toBody: () => undefined,
  });
  const end = async (signIn: SignInView): Promise<void> => {
    if (await run(signIn)) await refresh();
  };
  const problem = failure ?? error;
  return (
    <>
      {problem !== undefined && (
        <span className="mu-field__error" role="alert">
          {problem.message}
        </span>
      )}
      {data === undefined && error === undefined && <Skeleton width="medium" />}
      {data?.sessions.length === 0 && <span className="mu-muted mu-small">Signed in nowhere</span>}
      <ul className="mu-list">
        {data?.sessions.map((signIn) => (
          <li key={signIn.id} className="mu-list__item">
            <span className="mu-row mu-row--tight">
              <strong>{signIn.device}</strong>
              <Button
                size="small"
                aria-label={`End ${signIn.device} of ${user.name}`}
                onClick={() => void end(signIn)}
              >
                End
              </Button>
            </span>
            <span className="mu-line mu-muted mu-small">
              {signIn.clients.join(", ")} · {signIn.address ?? "unknown address"} · last used{" "}
              {format.dateTime(signIn.lastUsedAt)}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
