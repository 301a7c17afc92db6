import { listSharedModules, type SharedModule } from "@mullion/federation";
import { Badge, Button, createFormatter, Table, type TableColumn } from "@mullion/ui";
import type { ReactNode } from "react";
import type { DevtoolsData } from "../bridge/protocol.ts";
import styles from "./devtools.module.css";
import { NewOverride } from "./new-override.tsx";
import { type Transfer, transferOf } from "./transfer.ts";

interface DevtoolsPanelProps {
  readonly data: DevtoolsData;
  readonly onClose: () => void;
}

type ShownRemote = DevtoolsData["remotes"][number] & { readonly transfer: Transfer };

const format = createFormatter();

const reasons = {
  stable: ["Stable", "neutral"],
  canary: ["Canary", "accent"],
  pinned: ["Pinned by this visit", "warning"],
  override: ["Override", "danger"],
} as const;

const remoteColumns: readonly TableColumn<ShownRemote>[] = [
  { id: "remote", header: "Remote", cell: ({ remote }) => <strong>{remote}</strong> },
  { id: "version", header: "Version", cell: ({ version }) => <span className="mu-mono">{version}</span> },
  {
    id: "reason",
    header: "Why",
    cell: ({ reason }) => <Badge tone={reasons[reason][1]}>{reasons[reason][0]}</Badge>,
  },
  { id: "files", header: "Files", align: "end", cell: ({ transfer }) => format.number(transfer.files) },
  { id: "bytes", header: "Transferred", align: "end", cell: ({ transfer }) => format.bytes(transfer.bytes) },
  {
    id: "time",
    header: "Loaded after",
    align: "end",
    cell: ({ transfer }) =>
      transfer.endMs === null ? "–" : `${format.number(Math.round(transfer.endMs))} ms`,
  },
];

const moduleColumns: readonly TableColumn<SharedModule>[] = [
  { id: "name", header: "Module", cell: ({ name }) => <span className="mu-mono">{name}</span> },
  { id: "version", header: "Version", cell: ({ version }) => version },
  { id: "from", header: "Provided by", cell: ({ providedBy }) => providedBy },
  {
    id: "loaded",
    header: "Loaded",
    cell: ({ isLoaded }) => <Badge tone={isLoaded ? "success" : "neutral"}>{isLoaded ? "Yes" : "No"}</Badge>,
  },
  {
    id: "users",
    header: "Used by",
    cell: ({ usedBy }) => (usedBy.length === 0 ? "–" : usedBy.join(", ")),
  },
];

/** What this page is made of: the composition, its remotes with their transfers, and the modules they share. */
export default function DevtoolsPanel({ data, onClose }: DevtoolsPanelProps): ReactNode {
  const remotes = data.remotes.map((remote) => ({ ...remote, transfer: transferOf(remote) }));
  return (
    <section className={styles["panel"]} aria-label="Developer tools">
      <div className="mu-card__header">
        <h2 className="mu-subtitle">Developer tools</h2>
        <Button size="small" onClick={onClose}>
          Close
        </Button>
      </div>
      <p>
        Composition <span className="mu-mono">{data.composition}</span> of the channel{" "}
        <strong>{data.channel}</strong>. Logs name it too.
      </p>
      <Table
        caption="Remotes of this visit"
        columns={remoteColumns}
        rows={remotes}
        rowKey={({ remote }) => remote}
      />
      <NewOverride
        channel={data.channel}
        remotes={data.remotes}
        here={remotes.find(({ transfer }) => transfer.files > 0)?.remote}
      />
      <h3 className="mu-subtitle">Shared modules</h3>
      <Table
        caption="Modules shared on this page"
        columns={moduleColumns}
        rows={listSharedModules()}
        rowKey={({ name, version }) => `${name}@${version}`}
      />
    </section>
  );
}
