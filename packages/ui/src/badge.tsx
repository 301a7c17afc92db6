import type { ReactNode } from "react";

/** What a colour says. The text beside it says the same: colour is never the only sign. */
export type Tone = "neutral" | "accent" | "success" | "warning" | "danger";

interface BadgeProps {
  readonly tone?: Tone;
  /** A dot before the text, for states of things that live. */
  readonly dot?: boolean;
  readonly children: ReactNode;
}

/** A short word of state. */
export function Badge({ tone = "neutral", dot = false, children }: BadgeProps): ReactNode {
  return (
    <span className={`mu-badge mu-badge--${tone}`}>
      {dot && <span className="mu-dot" />}
      {children}
    </span>
  );
}
