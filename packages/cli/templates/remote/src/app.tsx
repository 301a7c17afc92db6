import { profileSchema } from "@mullion/contracts";
import { useBff } from "@mullion/session";
import { Card, ErrorCard, Page, PageHeader, Skeleton } from "@mullion/ui";
import type { ReactNode } from "react";

/** The page at `/placeholder-path`. */
export default function App(): ReactNode {
  const { data, error, isValidating, refresh } = useBff("/profile/me", profileSchema);
  return (
    <Page>
      <PageHeader title="Placeholder Title" lead="A page of its own team." />
      {data === undefined && error !== undefined ? (
        <ErrorCard
          title="Your profile could not be loaded"
          detail={error.message}
          retrying={isValidating}
          onRetry={() => void refresh()}
        />
      ) : (
        <Card title="You" busy={data === undefined}>
          {data === undefined ? <Skeleton /> : <p>Signed in as {data.email}.</p>}
        </Card>
      )}
    </Page>
  );
}
