import type { NewCanary, RemoteList } from "@mullion/contracts";
import { useBffMutation } from "@mullion/session";
import { Alert, Button, SelectField, TextField } from "@mullion/ui";
import { type ReactNode, useState } from "react";
import type { Rollout } from "./rollout-card.tsx";

interface StartCanaryProps {
  readonly path: string;
  readonly rollout: Rollout;
  readonly versions: RemoteList["remotes"][number]["versions"];
  readonly onStarted: () => Promise<void>;
}

/** Puts another published version on trial. */
export function StartCanary({ path, rollout, versions, onStarted }: StartCanaryProps): ReactNode {
  const choices = versions
    .filter(({ version }) => version !== rollout.stable.version)
    .map(({ version }) => ({ value: version, label: version }));
  const [chosen, setChosen] = useState<string>();
  const [percent, setPercent] = useState("5");
  const { run, isSaving, error } = useBffMutation<Pick<NewCanary, "version" | "percent">>({
    method: "PUT",
    path: `${path}/canary`,
  });
  const version = chosen ?? choices[0]?.value;
  if (version === undefined) {
    return <p className="mu-muted mu-small">There is no other version to try. Deploy one first.</p>;
  }
  const start = async (): Promise<void> => {
    if (await run({ version, percent: Number(percent) })) await onStarted();
  };
  return (
    <details className="mu-details">
      <summary className="mu-details__summary">
        Try another version<span className="mu-visually-hidden"> of {rollout.title}</span>
      </summary>
      <form
        className="mu-stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <SelectField label="Version" choices={choices} value={version} onChange={setChosen} />
        <TextField
          label="Share of the people, in percent"
          hint="The same people keep it when you raise the share."
          type="number"
          min={0.01}
          max={100}
          value={percent}
          onChange={setPercent}
        />
        {error !== undefined && <Alert tone="danger">Not started. {error.message}</Alert>}
        <div className="mu-row">
          <Button type="submit" variant="primary" busy={isSaving}>
            Start the canary
          </Button>
        </div>
      </form>
    </details>
  );
}
