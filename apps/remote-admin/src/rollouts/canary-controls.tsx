import type { CanaryAbort, NewCanary, Promotion } from "@mullion/contracts";
import { useBffMutation } from "@mullion/session";
import { Alert, Button, Confirmation, TextField } from "@mullion/ui";
import { type ReactNode, useState } from "react";
import type { Rollout } from "./rollout-card.tsx";

interface CanaryControlsProps {
  readonly path: string;
  readonly title: string;
  readonly canary: NonNullable<Rollout["canary"]>;
  /** Revision of the change that was seen last: what happened since is not undone unseen. */
  readonly after: number | undefined;
  readonly onChanged: () => Promise<void>;
}

type Question = "promote" | "abort";

/** What can be done with a version on trial: more people, everybody, or nobody. */
export function CanaryControls({ path, title, canary, after, onChanged }: CanaryControlsProps): ReactNode {
  const { version, percent, guard } = canary;
  const [draft, setDraft] = useState(String(percent));
  const [asked, setAsked] = useState<Question>();
  const change = useBffMutation<NewCanary>({ method: "PUT", path: `${path}/canary` });
  const promotion = useBffMutation<Promotion>({ method: "PUT", path: `${path}/stable` });
  const abort = useBffMutation<CanaryAbort>({ method: "DELETE", path: `${path}/canary` });
  const then = async (done: Promise<boolean>): Promise<void> => {
    if (await done) await onChanged();
  };
  const confirm = (): void => {
    setAsked(undefined);
    if (asked === "promote") void then(promotion.run({ version, ...(after === undefined ? {} : { after }) }));
    else void then(abort.run({ version, reason: "Aborted in the console" }));
  };
  const error = change.error ?? promotion.error ?? abort.error;
  return (
    <div className="mu-stack mu-stack--tight">
      <p className="mu-muted mu-small">
        Aborted by itself after {guard.minimumLoads} views with {guard.errorRatePoints} points more errors, or{" "}
        {guard.slowerPercent}% slower, than the stable version.
      </p>
      <form
        className="mu-row mu-row--fields"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void then(change.run({ version, percent: Number(draft), guard }));
        }}
      >
        <TextField
          label={`Percent of people with the canary of ${title}`}
          type="number"
          min={0}
          max={100}
          value={draft}
          onChange={setDraft}
        />
        <Button type="submit" busy={change.isSaving}>
          Change the share
        </Button>
      </form>
      {error !== undefined && <Alert tone="danger">Not changed. {error.message}</Alert>}
      <div className="mu-row mu-row--tight">
        <Button
          variant="primary"
          size="small"
          busy={promotion.isSaving}
          onClick={() => {
            setAsked("promote");
          }}
        >
          Give it to everybody
        </Button>
        <Button
          variant="danger"
          size="small"
          busy={abort.isSaving}
          onClick={() => {
            setAsked("abort");
          }}
        >
          Abort the canary
        </Button>
      </div>
      {asked !== undefined && (
        <Confirmation
          title={asked === "promote" ? `Give ${version} to everybody?` : `Abort the canary ${version}?`}
          confirmLabel={asked === "promote" ? "Give it to everybody" : "Abort the canary"}
          variant={asked === "promote" ? "primary" : "danger"}
          onConfirm={confirm}
          onCancel={() => {
            setAsked(undefined);
          }}
        >
          {asked === "promote"
            ? "It becomes the stable version. The one before stays a rollback away."
            : "Everybody gets the stable version again, within a second and at their next click."}
        </Confirmation>
      )}
    </div>
  );
}
