import { keyListSchema, type SigningKey } from "@mullion/contracts/identity-keys";
import { useBff, useBffMutation } from "@mullion/session";
import {
  Alert,
  Badge,
  Button,
  Card,
  Confirmation,
  ErrorCard,
  type Formatter,
  Table,
  type TableColumn,
} from "@mullion/ui";
import { type ReactNode, useState } from "react";

const path = "/identity/keys";
const words = {
  next: "Published, not yet signing",
  current: "Signs",
  previous: "Published for what it has signed",
} as const satisfies Record<SigningKey["status"], string>;

function columns(format: Formatter): readonly TableColumn<SigningKey>[] {
  return [
    { id: "kid", header: "Key", cell: ({ kid }) => <span className="mu-mono mu-break">{kid}</span> },
    { id: "alg", header: "Algorithm", cell: ({ alg }) => alg },
    {
      id: "status",
      header: "State",
      cell: ({ status }) => (
        <Badge tone={status === "current" ? "success" : "neutral"} dot>
          {words[status]}
        </Badge>
      ),
    },
    { id: "published", header: "Published", cell: ({ publishedAt }) => format.dateTime(publishedAt) },
    {
      id: "retires",
      header: "Taken away",
      cell: ({ retiresAt }) => (retiresAt === null ? "—" : format.dateTime(retiresAt)),
    },
  ];
}

function Rotation({ onRotated }: { readonly onRotated: () => Promise<void> }): ReactNode {
  const [isAsked, setIsAsked] = useState(false);
  const { run, isSaving, error, answer } = useBffMutation({
    method: "POST",
    path: `${path}/rotate`,
    schema: keyListSchema,
  });
  const rotate = async (): Promise<void> => {
    if (await run({})) await onRotated();
  };
  const cancel = (): void => {
    setIsAsked(false);
  };
  return (
    <>
      <div className="mu-row">
        <Button
          size="small"
          busy={isSaving}
          onClick={() => {
            setIsAsked(true);
          }}
        >
          Rotate now
        </Button>
        <span className="mu-small" role="status">
          {answer !== undefined && "The next keys sign now."}
        </span>
      </div>
      {error !== undefined && <Alert tone="danger">Not rotated. {error.message}</Alert>}
      {isAsked && (
        <Confirmation
          title="Rotate the signing keys?"
          confirmLabel="Rotate now"
          variant="primary"
          onCancel={cancel}
          onConfirm={() => {
            cancel();
            void rotate();
          }}
        >
          Nobody is signed out: what the present keys have signed stays good until it expires.
        </Confirmation>
      )}
    </>
  );
}

/** The keys that identity signs with, and those that verifiers are to know already or still. */
export function Keys({ format }: { readonly format: Formatter }): ReactNode {
  const { data, error, isValidating, refresh } = useBff(path, keyListSchema);
  if (data === undefined && error !== undefined) {
    return (
      <ErrorCard
        title="The signing keys could not be loaded"
        detail={error.message}
        retrying={isValidating}
        onRetry={() => void refresh()}
      />
    );
  }
  return (
    <Card title="Signing keys" busy={data === undefined}>
      {error !== undefined && <Alert tone="warning">This list could not be refreshed. {error.message}</Alert>}
      <Table
        caption="Signing keys"
        columns={columns(format)}
        rows={data?.keys}
        rowKey={({ kid }) => kid}
        loadingRows={2}
      />
      <Rotation onRotated={refresh} />
    </Card>
  );
}
