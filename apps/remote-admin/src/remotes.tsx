import { type RemoteList, remoteListSchema } from "@mullion/contracts";
import { useBff } from "@mullion/session";
import {
  Alert,
  Badge,
  Card,
  EmptyState,
  ErrorCard,
  type Formatter,
  Table,
  type TableColumn,
} from "@mullion/ui";
import type { ReactNode } from "react";
import { Versions } from "./versions.tsx";

type Remote = RemoteList["remotes"][number];

function columns(format: Formatter): readonly TableColumn<Remote>[] {
  return [
    {
      id: "remote",
      header: "Remote",
      cell: (remote) => (
        <span>
          <strong>{remote.title}</strong>
          <span className="mu-line mu-muted mu-small">{remote.description}</span>
        </span>
      ),
    },
    {
      id: "live",
      header: "Live version",
      cell: (remote) => <span className="mu-mono">{remote.liveVersion}</span>,
    },
    {
      id: "artifact",
      header: "Files",
      cell: (remote) =>
        remote.artifact === "complete" ? (
          <Badge tone="success" dot>
            Complete
          </Badge>
        ) : (
          <Badge tone="danger" dot>
            Missing
          </Badge>
        ),
    },
    {
      id: "promoted",
      header: "Promoted",
      cell: (remote) => (
        <span>
          {format.dateTime(remote.promotedAt)}
          <span className="mu-line mu-muted mu-small">by {remote.promotedBy}</span>
        </span>
      ),
    },
    { id: "versions", header: "Versions", cell: (remote) => <Versions remote={remote} format={format} /> },
  ];
}

/** Every remote in the live channel, with all its published versions. */
export function Remotes({ format }: { readonly format: Formatter }): ReactNode {
  const { data, error, isValidating, refresh } = useBff("/registry/remotes", remoteListSchema);
  if (data === undefined && error !== undefined) {
    return (
      <ErrorCard
        title="The list of remotes could not be loaded"
        detail={error.message}
        retrying={isValidating}
        onRetry={() => void refresh()}
      />
    );
  }
  return (
    <Card
      title="Remotes"
      busy={data === undefined}
      actions={data && <Badge>{format.number(data.remotes.length)}</Badge>}
    >
      {error !== undefined && <Alert tone="warning">This list could not be refreshed. {error.message}</Alert>}
      {data?.remotes.length === 0 ? (
        <EmptyState
          icon="box"
          title="No remotes"
          detail="Publish one with the mullion command: it appears here."
        />
      ) : (
        <Table
          caption="Remotes and their versions"
          columns={columns(format)}
          rows={data?.remotes}
          rowKey={(remote) => remote.name}
          loadingRows={4}
        />
      )}
    </Card>
  );
}
