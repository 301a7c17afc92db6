import type { PaneHealth, RemoteList, RolloutList } from "@mullion/contracts";
import { Alert, Badge, Card, type Formatter } from "@mullion/ui";
import type { ReactNode } from "react";
import { CanaryControls } from "./canary-controls.tsx";
import { History } from "./history.tsx";
import { RollBack } from "./roll-back.tsx";
import { StartCanary } from "./start-canary.tsx";
import { VersionHealth } from "./version-health.tsx";

/** One remote in the channel. */
export type Rollout = RolloutList["rollouts"][number];

interface RolloutCardProps {
  readonly channel: string;
  readonly rollout: Rollout;
  /** Everything that was published of it, newest first. */
  readonly versions: RemoteList["remotes"][number]["versions"];
  readonly healthOf: (version: string) => PaneHealth | undefined;
  readonly format: Formatter;
  readonly onChanged: () => Promise<void>;
}

/** What people get of one remote: the stable version, the one on trial beside it, and how both fare. */
export function RolloutCard(props: RolloutCardProps): ReactNode {
  const { channel, rollout, versions, healthOf, format, onChanged } = props;
  const { stable, canary } = rollout;
  const path = `/registry/rollouts/${encodeURIComponent(channel)}/${encodeURIComponent(rollout.remote)}`;
  const [latest] = rollout.events;
  const shown = [
    { version: stable.version, label: "Stable", health: healthOf(stable.version) },
    ...(canary === null
      ? []
      : [{ version: canary.version, label: "Canary", health: healthOf(canary.version) }]),
  ];
  return (
    <Card
      title={rollout.title}
      actions={
        canary === null ? (
          <Badge tone="success" dot>
            One version for everybody
          </Badge>
        ) : (
          <Badge tone="accent" dot>
            Canary for {format.percent(canary.percent / 100)}
          </Badge>
        )
      }
    >
      {canary === null && latest?.kind === "canary-aborted" && (
        <Alert tone="warning">
          The canary {latest.version} was aborted
          {latest.actor === "guard" ? " by itself" : ` by ${latest.actor}`}
          {latest.reason !== null && `: ${latest.reason}`}
        </Alert>
      )}
      <p className="mu-muted mu-small">
        <span className="mu-mono">{stable.version}</span> since {format.dateTime(stable.since)}, by{" "}
        {stable.by}
      </p>
      <VersionHealth title={rollout.title} shown={shown} format={format} />
      {canary === null ? (
        <StartCanary path={path} rollout={rollout} versions={versions} onStarted={onChanged} />
      ) : (
        <CanaryControls
          path={path}
          title={rollout.title}
          canary={canary}
          after={latest?.revision}
          onChanged={onChanged}
        />
      )}
      <RollBack path={path} rollout={rollout} onRolledBack={onChanged} />
      <History rollout={rollout} format={format} />
    </Card>
  );
}
