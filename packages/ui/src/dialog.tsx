import type { ReactNode } from "react";
import { useId, useLayoutEffect, useRef } from "react";

interface DialogProps {
  readonly title: string;
  /** `alertdialog` for what came up by itself or cannot be undone: it is read out at once. */
  readonly role?: "dialog" | "alertdialog";
  /** What it is about; read out with the title. */
  readonly children: ReactNode;
  /** Buttons. The first gets the focus: put the harmless one there. */
  readonly actions: ReactNode;
  /** Escape was pressed. */
  readonly onCancel: () => void;
}

/** A question in front of everything else. It is there as long as it is rendered, and keeps the focus inside. */
export function Dialog({ title, role = "dialog", children, actions, onCancel }: DialogProps): ReactNode {
  const id = useId();
  const ref = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (dialog?.open === false) dialog.showModal();
    return () => {
      // Gives the focus back to where it was, which taking the element away would not.
      dialog?.close();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      className="mu-dialog"
      role={role}
      aria-modal="true"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-text`}
      onCancel={(event) => {
        // Whoever renders the dialog takes it away.
        event.preventDefault();
        onCancel();
      }}
    >
      <h2 className="mu-subtitle" id={`${id}-title`}>
        {title}
      </h2>
      <div className="mu-dialog__text mu-stack mu-stack--tight" id={`${id}-text`}>
        {children}
      </div>
      <div className="mu-dialog__actions">{actions}</div>
    </dialog>
  );
}
