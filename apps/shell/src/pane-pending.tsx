import type { ReactNode } from "react";

export function PanePending({ title }: { readonly title: string }): ReactNode {
  return <p>Loading {title}</p>;
}
