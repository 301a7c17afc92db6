import type { ReactNode } from "react";
import { useId } from "react";

/** What every field shares. */
export interface FieldProps {
  readonly label: string;
  readonly hint?: string | undefined;
  /** What is wrong with the value; announced and shown under the control. */
  readonly error?: string | undefined;
}

/** Attributes that tie a control to its label, hint and error. */
export interface ControlAttributes {
  readonly id: string;
  readonly "aria-describedby"?: string;
  readonly "aria-invalid"?: true;
}

interface FieldFrameProps extends FieldProps {
  readonly children: (control: ControlAttributes) => ReactNode;
}

/** Label, control, hint and error, tied together for assistive technology. */
export function FieldFrame({ label, hint, error, children }: FieldFrameProps): ReactNode {
  const id = useId();
  const hintId = `${id}-hint`;
  const errorId = `${id}-error`;
  const described = [hint !== undefined && hintId, error !== undefined && errorId].filter(Boolean).join(" ");
  return (
    <div className="mu-field">
      <label className="mu-field__label" htmlFor={id}>
        {label}
      </label>
      {children({
        id,
        ...(described === "" ? {} : { "aria-describedby": described }),
        ...(error === undefined ? {} : { "aria-invalid": true }),
      })}
      {hint !== undefined && (
        <p className="mu-field__hint" id={hintId}>
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p className="mu-field__error" id={errorId} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
