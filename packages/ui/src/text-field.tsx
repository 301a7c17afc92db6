import type { InputHTMLAttributes, ReactNode } from "react";
import { FieldFrame, type FieldProps } from "./field.tsx";

type Native =
  | "type"
  | "name"
  | "required"
  | "minLength"
  | "maxLength"
  | "min"
  | "max"
  | "autoComplete"
  | "placeholder";

interface TextFieldProps extends FieldProps, Pick<InputHTMLAttributes<HTMLInputElement>, Native> {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** One line of text, or a date with `type="date"`. */
export function TextField({ label, hint, error, value, onChange, ...native }: TextFieldProps): ReactNode {
  return (
    <FieldFrame label={label} hint={hint} error={error}>
      {(control) => (
        <input
          {...native}
          {...control}
          className="mu-field__input"
          value={value}
          onChange={(event) => {
            onChange(event.currentTarget.value);
          }}
        />
      )}
    </FieldFrame>
  );
}
