import type { PaneFailure } from "@mullion/federation";
import type { ReactNode } from "react";

export function PaneFailureCard({ failure }: { readonly failure: PaneFailure }): ReactNode {
  return <p>{failure.error.message}</p>;
}
