import type { ReactNode } from "react";
import { useId } from "react";

interface SwitchFieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly name?: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

/** Something that is on or off. */
export function SwitchField({ label, hint, name, checked, onChange }: SwitchFieldProps): ReactNode {
  const id = useId();
  const hintId = `${id}-hint`;
  return (
    <div className="mu-switch">
      <label className="mu-field__label" htmlFor={id}>
        {label}
      </label>
      <input
        type="checkbox"
        role="switch"
        className="mu-switch__input"
        id={id}
        name={name}
        checked={checked}
        onChange={(event) => {
          onChange(event.currentTarget.checked);
        }}
        {...(hint === undefined ? {} : { "aria-describedby": hintId })}
      />
      {hint !== undefined && (
        <p className="mu-field__hint" id={hintId}>
          {hint}
        </p>
      )}
    </div>
  );
}
