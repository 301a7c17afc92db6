import { type AuditEntryView, auditPageSchema } from "@mullion/contracts";
import { useBff } from "@mullion/session";
import {
  Alert,
  Button,
  Card,
  type Choice,
  EmptyState,
  ErrorCard,
  type Formatter,
  InlineSelect,
  Table,
  type TableColumn,
} from "@mullion/ui";
import { type ReactNode, useState } from "react";
import { AuditVerificationButton } from "./audit-verification.tsx";

const everything = "everything";
const kinds: readonly Choice<string>[] = [
  { value: everything, label: "Everything" },
  { value: "signin", label: "Sign-ins" },
  { value: "signout", label: "Sign-outs" },
  { value: "token", label: "Tokens" },
  { value: "user", label: "People" },
  { value: "client", label: "Clients" },
  { value: "key", label: "Keys" },
];

function detailsOf({ details }: AuditEntryView): string {
  return Object.entries(details)
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}

function columns(format: Formatter): readonly TableColumn<AuditEntryView>[] {
  return [
    {
      id: "what",
      header: "What",
      cell: (entry) => (
        <span>
          <span className="mu-mono">{entry.action}</span>
          <span className="mu-line mu-muted mu-small">{detailsOf(entry)}</span>
        </span>
      ),
    },
    {
      id: "who",
      header: "Who",
      // Somebody who has gone leaves the id.
      cell: ({ user }) => (user === null ? "—" : (user.name ?? <span className="mu-mono">{user.id}</span>)),
    },
    { id: "client", header: "Client", cell: ({ clientId }) => clientId ?? "—" },
    {
      id: "address",
      header: "Address",
      cell: ({ address }) => <span className="mu-mono">{address ?? "—"}</span>,
    },
    { id: "at", header: "When", cell: ({ at }) => format.dateTime(at) },
  ];
}

/** Identity's audit log: who did what, when, from where; newest first. */
export function Audit({ format }: { readonly format: Formatter }): ReactNode {
  const [kind, setKind] = useState(everything);
  // Where each page that was left for an older one began.
  const [pages, setPages] = useState<readonly string[]>([]);
  const query = new URLSearchParams({ limit: "25" });
  if (kind !== everything) query.set("action", kind);
  const before = pages.at(-1);
  if (before !== undefined) query.set("before", before);
  const { data, error, isValidating, refresh } = useBff(`/identity/audit?${query}`, auditPageSchema);
  if (data === undefined && error !== undefined) {
    return (
      <ErrorCard
        title="The audit log could not be loaded"
        detail={error.message}
        retrying={isValidating}
        onRetry={() => void refresh()}
      />
    );
  }
  const { next = null } = data ?? {};
  return (
    <Card
      title="Audit log"
      busy={isValidating}
      actions={
        <InlineSelect
          label="Show"
          choices={kinds}
          value={kind}
          onChange={(value) => {
            setKind(value);
            setPages([]);
          }}
        />
      }
    >
      {error !== undefined && <Alert tone="warning">This page could not be loaded. {error.message}</Alert>}
      {data?.entries.length === 0 ? (
        <EmptyState icon="shield" title="Nothing of this kind" detail="Nothing of this kind has happened." />
      ) : (
        <Table
          caption="Audit log, newest first"
          columns={columns(format)}
          rows={data?.entries}
          rowKey={({ id }) => id}
          loadingRows={8}
        />
      )}
      <div className="mu-row">
        <Button
          size="small"
          disabled={pages.length === 0}
          onClick={() => {
            setPages(pages.slice(0, -1));
          }}
        >
          Newer
        </Button>
        <Button
          size="small"
          disabled={next === null}
          onClick={() => {
            if (next !== null) setPages([...pages, next]);
          }}
        >
          Older
        </Button>
        <AuditVerificationButton />
      </div>
    </Card>
  );
}
