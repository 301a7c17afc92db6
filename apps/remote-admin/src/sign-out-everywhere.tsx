import { revokedSchema, type User } from "@mullion/contracts";
import { useBffMutation } from "@mullion/session";
import { Button, Confirmation } from "@mullion/ui";
import { type ReactNode, useState } from "react";

interface SignOutEverywhereProps {
  readonly user: User;
  /** It is the administrator's own account. */
  readonly isOwn: boolean;
}

function resultOf(revoked: number): string {
  if (revoked === 0) return "Was signed in nowhere";
  return revoked === 1 ? "1 session ended" : `${revoked} sessions ended`;
}

/** Ends every session of a person, on all their devices. */
export function SignOutEverywhere({ user, isOwn }: SignOutEverywhereProps): ReactNode {
  const [isAsked, setIsAsked] = useState(false);
  const { run, isSaving, error, answer } = useBffMutation({
    method: "DELETE",
    path: `/identity/users/${encodeURIComponent(user.id)}/sessions`,
    schema: revokedSchema,
  });
  const cancel = (): void => {
    setIsAsked(false);
  };
  return (
    <div className="mu-inline-field">
      <Button
        size="small"
        busy={isSaving}
        aria-label={`Sign out everywhere: ${user.name}`}
        onClick={() => {
          setIsAsked(true);
        }}
      >
        Sign out everywhere
      </Button>
      <span className="mu-muted mu-small" role="status">
        {answer !== undefined && resultOf(answer.revoked)}
      </span>
      {error !== undefined && (
        <span className="mu-field__error" role="alert">
          {error.message}
        </span>
      )}
      {isAsked && (
        <Confirmation
          title={`Sign out ${user.name} everywhere?`}
          confirmLabel="Sign out everywhere"
          onCancel={cancel}
          onConfirm={() => {
            cancel();
            void run(undefined);
          }}
        >
          {isOwn
            ? "This is your own account: you leave this page too."
            : "All sessions on all devices end at once. What has not been saved there is lost."}
        </Confirmation>
      )}
    </div>
  );
}
