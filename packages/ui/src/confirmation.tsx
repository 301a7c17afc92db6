import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";

interface ConfirmationProps {
  readonly title: string;
  /** What follows from a yes. */
  readonly children: ReactNode;
  /** Says the deed, e.g. `Delete`. */
  readonly confirmLabel: string;
  /** `danger`, unless nothing is lost by a yes. */
  readonly variant?: "danger" | "primary";
  readonly onConfirm: () => void;
  /** "Cancel" or Escape was pressed. */
  readonly onCancel: () => void;
}

/** Asks before something is done that cannot be taken back. "Cancel" has the focus. */
export function Confirmation(props: ConfirmationProps): ReactNode {
  const { title, children, confirmLabel, variant = "danger", onConfirm, onCancel } = props;
  return (
    <Dialog
      title={title}
      onCancel={onCancel}
      actions={
        <>
          <Button onClick={onCancel}>Cancel</Button>
          <Button variant={variant} onClick={onConfirm}>
            {confirmLabel}
          </Button>
        </>
      }
    >
      <p>{children}</p>
    </Dialog>
  );
}
