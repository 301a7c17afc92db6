import { Page, PageHeader, Skeleton } from "@mullion/ui";
import type { ReactNode } from "react";

/** Holds a remote's place while its code is on the way. */
export function PanePending({ title }: { readonly title: string }): ReactNode {
  return (
    <Page>
      <div aria-busy="true">
        <PageHeader title={title} lead={<Skeleton width="medium" />} />
        <Skeleton shape="panel" />
      </div>
    </Page>
  );
}
