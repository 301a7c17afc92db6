import { clientSecretSchema, type RegisteredClient } from "@mullion/contracts/identity-clients";
import { useBffMutation } from "@mullion/session";
import { Button, Confirmation } from "@mullion/ui";
import { type ReactNode, useState } from "react";
import { SecretAlert } from "./secret-alert.tsx";

interface ClientActionsProps {
  readonly client: RegisteredClient;
  /** Something was changed: the list is to be asked for again. */
  readonly onChanged: () => void;
}

/** What can be done with a client. Those of the operator's file are changed there. */
export function ClientActions({ client, onChanged }: ClientActionsProps): ReactNode {
  const { clientId, source, disabled, tokenEndpointAuthMethod: method } = client;
  const path = `/identity/clients/${encodeURIComponent(clientId)}`;
  const [isDeleting, setIsDeleting] = useState(false);
  const rotation = useBffMutation({ method: "POST", path: `${path}/secret`, schema: clientSecretSchema });
  const change = useBffMutation<{ readonly disabled: boolean }>({ method: "PATCH", path });
  const removal = useBffMutation<undefined>({ method: "DELETE", path });
  const cancel = (): void => {
    setIsDeleting(false);
  };
  const then = async (done: Promise<boolean>): Promise<void> => {
    if (await done) onChanged();
  };
  if (source === "file") return <span className="mu-muted mu-small">In the client file</span>;
  const error = rotation.error ?? change.error ?? removal.error;
  return (
    <div className="mu-stack mu-stack--tight">
      <div className="mu-row mu-row--tight">
        {method === "client_secret_basic" && (
          <Button
            size="small"
            busy={rotation.isSaving}
            aria-label={`New secret: ${clientId}`}
            onClick={() => void then(rotation.run({}))}
          >
            New secret
          </Button>
        )}
        <Button
          size="small"
          busy={change.isSaving}
          aria-label={`${disabled ? "Enable" : "Disable"}: ${clientId}`}
          onClick={() => void then(change.run({ disabled: !disabled }))}
        >
          {disabled ? "Enable" : "Disable"}
        </Button>
        <Button
          size="small"
          variant="quiet"
          busy={removal.isSaving}
          aria-label={`Delete: ${clientId}`}
          onClick={() => {
            setIsDeleting(true);
          }}
        >
          Delete
        </Button>
      </div>
      {rotation.answer !== undefined && (
        <SecretAlert clientId={clientId} secret={rotation.answer.clientSecret} />
      )}
      {error !== undefined && (
        <span className="mu-field__error" role="alert">
          {error.message}
        </span>
      )}
      {isDeleting && (
        <Confirmation
          title={`Delete ${clientId}?`}
          confirmLabel="Delete"
          onCancel={cancel}
          onConfirm={() => {
            cancel();
            void then(removal.run(undefined));
          }}
        >
          It gets no more tokens, and everybody who is signed in with it is signed out there.
        </Confirmation>
      )}
    </div>
  );
}
