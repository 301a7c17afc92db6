import { clientListSchema, type RegisteredClient } from "@mullion/contracts/identity-clients";
import { useBff } from "@mullion/session";
import { Alert, Badge, Card, ErrorCard, type Formatter, Table, type TableColumn } from "@mullion/ui";
import type { ReactNode } from "react";
import { ClientActions } from "./client-actions.tsx";
import { describeGrants } from "./client-kinds.ts";
import { RegisterClient } from "./register-client.tsx";

function columns(format: Formatter, onChanged: () => void): readonly TableColumn<RegisteredClient>[] {
  return [
    {
      id: "client",
      header: "Client",
      cell: ({ clientId, name, disabled, firstParty }) => (
        <span>
          <span className="mu-row mu-row--tight">
            <strong>{name ?? clientId}</strong>
            {firstParty && <Badge>Ours</Badge>}
            {disabled && <Badge tone="danger">Disabled</Badge>}
          </span>
          <span className="mu-line mu-muted mu-small mu-mono">{clientId}</span>
        </span>
      ),
    },
    {
      id: "grants",
      header: "Gets tokens by",
      cell: (client) => (
        <span>
          {describeGrants(client)}
          <span className="mu-line mu-muted mu-small">
            {client.tokenEndpointAuthMethod === "none" ? "public" : "confidential"}
          </span>
        </span>
      ),
    },
    {
      id: "redirects",
      header: "Redirects to",
      cell: ({ redirectUris }) =>
        redirectUris.length === 0
          ? "—"
          : redirectUris.map((uri) => (
              <span key={uri} className="mu-line mu-mono mu-small mu-break">
                {uri}
              </span>
            )),
    },
    { id: "changed", header: "Changed", cell: ({ updatedAt }) => format.dateTime(updatedAt) },
    {
      id: "actions",
      header: "Actions",
      cell: (client) => <ClientActions client={client} onChanged={onChanged} />,
    },
  ];
}

/** Everything that may ask identity for tokens. */
export function Clients({ format }: { readonly format: Formatter }): ReactNode {
  const { data, error, isValidating, refresh } = useBff("/identity/clients", clientListSchema);
  const askAgain = (): void => void refresh();
  if (data === undefined && error !== undefined) {
    return (
      <ErrorCard
        title="The list of clients could not be loaded"
        detail={error.message}
        retrying={isValidating}
        onRetry={askAgain}
      />
    );
  }
  return (
    <Card
      title="Clients"
      busy={data === undefined}
      actions={data && <Badge>{format.number(data.clients.length)}</Badge>}
    >
      {error !== undefined && <Alert tone="warning">This list could not be refreshed. {error.message}</Alert>}
      <Table
        caption="Clients and how they get tokens"
        columns={columns(format, askAgain)}
        rows={data?.clients}
        rowKey={({ clientId }) => clientId}
      />
      <RegisterClient onRegistered={askAgain} />
    </Card>
  );
}
