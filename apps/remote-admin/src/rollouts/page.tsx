import { profileSchema, remoteListSchema, rolloutListSchema } from "@mullion/contracts";
import { RequireRole, useBff } from "@mullion/session";
import { Alert, Card, createFormatter, EmptyState, ErrorCard, Page, PageHeader, Skeleton } from "@mullion/ui";
import type { ReactNode } from "react";
import { RolloutCard } from "./rollout-card.tsx";
import { usePanes } from "./use-panes.ts";

const refreshIntervalMs = 5_000;

/** The page at `/rollouts`: which version of each remote people get, and the way to change that. */
export default function Rollouts(): ReactNode {
  return (
    <Page>
      <PageHeader
        title="Rollouts"
        lead="Which version of each remote people get. A canary that does worse is aborted by itself."
      />
      <RequireRole
        roles={["admin", "developer"]}
        fallback={
          <EmptyState icon="shield" title="Developers only" detail="Your roles do not include this page." />
        }
      >
        <RolloutList />
      </RequireRole>
    </Page>
  );
}

// Apart from the page, so that nobody without the role sends its requests.
function RolloutList(): ReactNode {
  const { data: profile } = useBff("/profile/me", profileSchema);
  const format = createFormatter(profile?.preferences);
  const rollouts = useBff("/registry/rollouts", rolloutListSchema, { refreshIntervalMs });
  const published = useBff("/registry/remotes", remoteListSchema, { refreshIntervalMs });
  const panes = usePanes(refreshIntervalMs);
  const { data, error, isValidating, refresh } = rollouts;
  if (data === undefined) {
    return error === undefined ? (
      <Card busy>
        <Skeleton shape="panel" />
      </Card>
    ) : (
      <ErrorCard
        title="The rollouts could not be loaded"
        detail={error.message}
        retrying={isValidating}
        onRetry={() => void refresh()}
      />
    );
  }
  if (data.rollouts.length === 0) {
    return (
      <EmptyState
        icon="box"
        title="Nothing is live"
        detail="Deploy a remote with the mullion command: it appears here."
      />
    );
  }
  return (
    <>
      {error !== undefined && <Alert tone="warning">This page could not be refreshed. {error.message}</Alert>}
      {data.rollouts.map((rollout) => (
        <RolloutCard
          key={rollout.remote}
          channel={data.channel}
          rollout={rollout}
          versions={published.data?.remotes.find(({ name }) => name === rollout.remote)?.versions ?? []}
          healthOf={(version) => panes.find(rollout.remote, version)}
          format={format}
          onChanged={refresh}
        />
      ))}
    </>
  );
}
