import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon.tsx";

interface EmptyStateProps {
  readonly icon: IconName;
  readonly title: string;
  readonly detail: ReactNode;
  readonly action?: ReactNode;
}

/** Nothing here yet: says why, and what would change that. */
export function EmptyState({ icon, title, detail, action }: EmptyStateProps): ReactNode {
  return (
    <div className="mu-empty">
      <span className="mu-empty__icon">
        <Icon name={icon} />
      </span>
      <p className="mu-empty__title">{title}</p>
      <p className="mu-empty__detail">{detail}</p>
      {action}
    </div>
  );
}
