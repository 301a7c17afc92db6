import type { PaneFailure } from "@mullion/federation";
import { ErrorCard, Page, PageHeader } from "@mullion/ui";
import type { ReactNode } from "react";
import styles from "./pane-failure-card.module.css";

/** A visitor reads what it means for them; whoever develops the remote, what their own build says. */
function detailOf({ remote, error }: PaneFailure): ReactNode {
  if (remote.kind === "development") return <code className={styles["output"]}>{error.message}</code>;
  return `Version ${remote.version} could not be shown. Everything else works, and this pane comes back by itself.`;
}

/** Takes a remote's place while it cannot be shown. The pane tries again by itself; the button does so at once. */
export function PaneFailureCard({ failure }: { readonly failure: PaneFailure }): ReactNode {
  const { title } = failure.remote;
  return (
    <Page>
      <PageHeader title={title} />
      <ErrorCard
        title={`${title} is not available right now`}
        detail={detailOf(failure)}
        onRetry={failure.retry}
      />
    </Page>
  );
}
