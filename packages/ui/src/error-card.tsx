import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { Icon } from "./icon.tsx";

interface ErrorCardProps {
  readonly title: string;
  /** What happened and what it means for the reader. */
  readonly detail: ReactNode;
  readonly onRetry?: () => void;
  readonly retrying?: boolean;
}

/** Takes the place of what could not be shown, and offers to try again. */
export function ErrorCard({ title, detail, onRetry, retrying = false }: ErrorCardProps): ReactNode {
  return (
    <div className="mu-card mu-empty" role="alert">
      <span className="mu-empty__icon mu-empty__icon--danger">
        <Icon name="warning" />
      </span>
      <p className="mu-empty__title">{title}</p>
      <p className="mu-empty__detail">{detail}</p>
      {onRetry !== undefined && (
        <Button busy={retrying} onClick={onRetry}>
          <Icon name="refresh" />
          Try again
        </Button>
      )}
    </div>
  );
}
