import type { ReactNode } from "react";

interface SkeletonProps {
  /** `text` is as high as the line it stands for; the others are blocks. */
  readonly shape?: "text" | "field" | "tile" | "panel";
  readonly width?: "short" | "medium" | "full";
}

/** Stands for content that is on its way, in its size. Hidden from assistive technology: the region says it is busy. */
export function Skeleton({ shape = "text", width = "full" }: SkeletonProps): ReactNode {
  return <span className={`mu-skeleton mu-skeleton--${shape} mu-skeleton--${width}`} aria-hidden="true" />;
}
