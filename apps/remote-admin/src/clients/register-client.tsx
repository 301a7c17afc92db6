import { type CreatedClient, createdClientSchema } from "@mullion/contracts/identity-clients";
import { type BffError, useBffMutation } from "@mullion/session";
import { Alert, Button, SelectField, TextAreaField, TextField } from "@mullion/ui";
import { type ReactNode, useState } from "react";
import { type ClientDraft, clientKinds, redirects, toRegistration } from "./client-kinds.ts";
import { SecretAlert } from "./secret-alert.tsx";

const empty: ClientDraft = { clientId: "", name: "", kind: "web", redirectUris: "" };

/** What identity found wrong with a field of the form, in one line. */
function problemOf(error: BffError | undefined, field: string): string | undefined {
  const found = error?.issues.filter(({ path }) => path === field || path.startsWith(`${field}.`)) ?? [];
  return found.length === 0 ? undefined : found.map(({ message }) => message).join("; ");
}

function Created({ created }: { readonly created: CreatedClient }): ReactNode {
  const { client, clientSecret } = created;
  if (clientSecret === undefined) {
    return <Alert tone="success">{client.clientId} is registered. It is public: it has no secret.</Alert>;
  }
  return <SecretAlert clientId={client.clientId} secret={clientSecret} />;
}

/** Registers a client of one of the usual kinds. */
export function RegisterClient({ onRegistered }: { readonly onRegistered: () => void }): ReactNode {
  const [draft, setDraft] = useState(empty);
  const { run, isSaving, error, answer } = useBffMutation<ClientDraft, unknown, CreatedClient>({
    method: "POST",
    path: "/identity/clients",
    toBody: toRegistration,
    schema: createdClientSchema,
  });
  const edit = (change: Partial<ClientDraft>): void => {
    setDraft({ ...draft, ...change });
  };
  const register = async (): Promise<void> => {
    if (!(await run(draft))) return;
    setDraft(empty);
    onRegistered();
  };
  return (
    <details className="mu-details">
      <summary className="mu-details__summary">Register a client</summary>
      <form
        className="mu-stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void register();
        }}
      >
        <SelectField
          label="Kind"
          choices={clientKinds}
          value={draft.kind}
          onChange={(kind) => {
            edit({ kind });
          }}
        />
        <TextField
          label="Client id"
          hint="Lower-case letters, digits and dashes. It cannot be changed."
          value={draft.clientId}
          maxLength={64}
          error={problemOf(error, "clientId")}
          onChange={(clientId) => {
            edit({ clientId });
          }}
        />
        <TextField
          label="Name"
          hint="People see it when they are asked for their consent."
          value={draft.name}
          maxLength={60}
          error={problemOf(error, "name")}
          onChange={(name) => {
            edit({ name });
          }}
        />
        {redirects(draft.kind) && (
          <TextAreaField
            label="Redirect URIs"
            hint="One per line; compared character by character."
            value={draft.redirectUris}
            error={problemOf(error, "redirectUris")}
            onChange={(redirectUris) => {
              edit({ redirectUris });
            }}
          />
        )}
        {error !== undefined && <Alert tone="danger">Not registered. {error.message}</Alert>}
        {answer !== undefined && <Created created={answer} />}
        <div className="mu-row">
          <Button type="submit" variant="primary" busy={isSaving}>
            Register
          </Button>
        </div>
      </form>
    </details>
  );
}
