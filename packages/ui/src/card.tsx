import type { ReactNode } from "react";
import { useId } from "react";

interface CardProps {
  /** Heading; names the region for assistive technology. */
  readonly title?: string;
  readonly actions?: ReactNode;
  /** Content is on its way. */
  readonly busy?: boolean;
  readonly children: ReactNode;
}

/** A pane: one thing, framed. */
export function Card({ title, actions, busy = false, children }: CardProps): ReactNode {
  const id = useId();
  if (title === undefined) {
    return (
      <div className="mu-card mu-stack" aria-busy={busy}>
        {children}
      </div>
    );
  }
  return (
    <section className="mu-card mu-stack" aria-labelledby={id} aria-busy={busy}>
      <div className="mu-card__header">
        <h2 className="mu-subtitle" id={id}>
          {title}
        </h2>
        {actions}
      </div>
      {children}
    </section>
  );
}
