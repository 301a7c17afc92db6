import type { Rollback } from "@mullion/contracts";
import { useBffMutation } from "@mullion/session";
import { Alert, Button, Confirmation } from "@mullion/ui";
import { type ReactNode, useState } from "react";
import type { Rollout } from "./rollout-card.tsx";

interface RollBackProps {
  readonly path: string;
  readonly rollout: Rollout;
  readonly onRolledBack: () => Promise<void>;
}

/** Goes back to the version that was promoted before. */
export function RollBack({ path, rollout, onRolledBack }: RollBackProps): ReactNode {
  const [isAsked, setIsAsked] = useState(false);
  const { run, isSaving, error } = useBffMutation<Rollback>({ method: "POST", path: `${path}/rollback` });
  const { title, stable } = rollout;
  const rollBack = async (): Promise<void> => {
    if (await run({ from: stable.version })) await onRolledBack();
  };
  return (
    <>
      <div className="mu-row">
        <Button
          size="small"
          variant="quiet"
          busy={isSaving}
          aria-label={`Roll back: ${title}`}
          onClick={() => {
            setIsAsked(true);
          }}
        >
          Roll back
        </Button>
      </div>
      {error !== undefined && <Alert tone="danger">Not rolled back. {error.message}</Alert>}
      {isAsked && (
        <Confirmation
          title={`Roll ${title} back?`}
          confirmLabel="Roll back"
          onConfirm={() => {
            setIsAsked(false);
            void rollBack();
          }}
          onCancel={() => {
            setIsAsked(false);
          }}
        >
          People get the version that was live before {stable.version}. A canary ends.
        </Confirmation>
      )}
    </>
  );
}
