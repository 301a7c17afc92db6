import type { ReactNode } from "react";
import type { NoticeKind } from "./page-props.ts";

export function Notice({ notice }: { readonly notice: NoticeKind }): ReactNode {
  return <h1>{notice}</h1>;
}
