import type { ReactNode } from "react";
import { Notice } from "../src/notice.tsx";

/** Shown when drawing a page failed in the render process. */
export default function ShellError(): ReactNode {
  return <Notice notice="failed" />;
}
