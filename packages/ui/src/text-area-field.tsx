import type { ReactNode } from "react";
import { FieldFrame, type FieldProps } from "./field.tsx";

interface TextAreaFieldProps extends FieldProps {
  readonly name?: string;
  readonly rows?: number;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Several lines of text. */
export function TextAreaField(props: TextAreaFieldProps): ReactNode {
  const { label, hint, error, name, rows = 3, value, onChange } = props;
  return (
    <FieldFrame label={label} hint={hint} error={error}>
      {(control) => (
        <textarea
          {...control}
          className="mu-field__input"
          name={name}
          rows={rows}
          spellCheck={false}
          value={value}
          onChange={(event) => {
            onChange(event.currentTarget.value);
          }}
        />
      )}
    </FieldFrame>
  );
}
