import type { PaneFailure } from "@mullion/federation";
import { ErrorCard, Page, PageHeader } from "@mullion/ui";
import type { ReactNode } from "react";

/** Takes a remote's place while it cannot be shown. The pane tries again by itself; the button does so at once. */
export function PaneFailureCard({ failure }: { readonly failure: PaneFailure }): ReactNode {
  const { title, version } = failure.remote;
  return (
    <Page>
      <PageHeader title={title} />
      <ErrorCard
        title={`${title} is not available right now`}
        detail={`Version ${version} could not be shown. Everything else works, and this pane comes back by itself.`}
        onRetry={failure.retry}
      />
    </Page>
  );
}
