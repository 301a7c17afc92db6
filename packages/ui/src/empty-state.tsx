import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon.tsx";

interface EmptyStateProps {
  readonly icon: IconName;
  readonly title: string;
  readonly detail: ReactNode;
  readonly action?: ReactNode;
  /** Given where this is all there is on the page: the title is then its heading. */
  readonly headingLevel?: 1;
}

/** Nothing here yet: says why, and what would change that. */
export function EmptyState({ icon, title, detail, action, headingLevel }: EmptyStateProps): ReactNode {
  const Title = headingLevel === 1 ? "h1" : "p";
  return (
    <div className="mu-empty">
      <span className="mu-empty__icon">
        <Icon name={icon} />
      </span>
      <Title className="mu-empty__title">{title}</Title>
      <p className="mu-empty__detail">{detail}</p>
      {action}
    </div>
  );
}
