import { issuedOverrideSchema, remoteListSchema, type NewOverride as Wanted } from "@mullion/contracts";
import { useBff, useBffMutation } from "@mullion/session";
import { Alert, Button, SelectField } from "@mullion/ui";
import { type ReactNode, useEffect, useState } from "react";
import type { DevtoolsData } from "../bridge/protocol.ts";

interface NewOverrideProps {
  readonly channel: string;
  readonly remotes: DevtoolsData["remotes"];
  /** The one on this page; chosen first. */
  readonly here: string | undefined;
}

const minutes = 60;

/** Shows another build of one remote to the person who asks, and to nobody else. */
export function NewOverride({ channel, remotes, here }: NewOverrideProps): ReactNode {
  const { data, error } = useBff(
    `/registry/remotes?channel=${encodeURIComponent(channel)}`,
    remoteListSchema,
  );
  const [remote, setRemote] = useState(here ?? remotes[0]?.remote);
  const [version, setVersion] = useState<string>();
  const wish = useBffMutation<Wanted, unknown, { token: string }>({
    method: "POST",
    path: "/registry/overrides",
    schema: issuedOverrideSchema,
  });
  const token = wish.answer?.token;
  useEffect(() => {
    // Another composition is another page, and a full load begins it.
    if (token !== undefined) window.location.assign(`/override?token=${encodeURIComponent(token)}`);
  }, [token]);
  const shown = remotes.find((candidate) => candidate.remote === remote)?.version;
  const others =
    data?.remotes
      .find(({ name }) => name === remote)
      ?.versions.map((published) => published.version)
      .filter((published) => published !== shown) ?? [];
  const chosen = version !== undefined && others.includes(version) ? version : others[0];
  const problem = wish.error ?? error;
  return (
    <form
      className="mu-row mu-row--fields"
      onSubmit={(event) => {
        event.preventDefault();
        if (remote === undefined || chosen === undefined) return;
        void wish.run({ channel, target: { kind: "version", remote, version: chosen }, minutes });
      }}
    >
      <SelectField
        label="Remote"
        choices={remotes.map(({ remote: name }) => ({ value: name, label: name }))}
        value={remote ?? ""}
        onChange={setRemote}
      />
      {chosen === undefined ? (
        <p className="mu-muted mu-small">No other version of it was published.</p>
      ) : (
        <>
          <SelectField
            label="Version"
            choices={others.map((other) => ({ value: other, label: other }))}
            value={chosen}
            onChange={setVersion}
          />
          <Button type="submit" busy={wish.isSaving || token !== undefined}>
            Show it to me for an hour
          </Button>
        </>
      )}
      {problem !== undefined && <Alert tone="danger">{problem.message}</Alert>}
    </form>
  );
}
