import type { ReactNode } from "react";
import { FieldFrame, type FieldProps } from "./field.tsx";

/** One choice of a select or of segments. */
export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
}

interface SelectProps<Value extends string> {
  readonly choices: readonly Choice<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

type SelectFieldProps<Value extends string> = SelectProps<Value> & FieldProps & { readonly name?: string };

interface InlineSelectProps<Value extends string> extends SelectProps<Value> {
  /** Read out instead of a visible label, e.g. "Role of Ada Lovelace". */
  readonly label: string;
  readonly disabled?: boolean;
}

function Options<Value extends string>({ choices }: Pick<SelectProps<Value>, "choices">): ReactNode {
  return choices.map((choice) => (
    <option key={choice.value} value={choice.value}>
      {choice.label}
    </option>
  ));
}

// The browser gives back the value of one of the options rendered, and nothing else.
function findChoice<Value extends string>(
  choices: readonly Choice<Value>[],
  value: string,
): Value | undefined {
  return choices.find((choice) => choice.value === value)?.value;
}

/** One of several values, with a visible label. */
export function SelectField<Value extends string>(props: SelectFieldProps<Value>): ReactNode {
  const { label, hint, error, name, choices, value, onChange } = props;
  return (
    <FieldFrame label={label} hint={hint} error={error}>
      {(control) => (
        <select
          {...control}
          className="mu-field__input"
          name={name}
          value={value}
          onChange={(event) => {
            const chosen = findChoice(choices, event.currentTarget.value);
            if (chosen !== undefined) onChange(chosen);
          }}
        >
          <Options choices={choices} />
        </select>
      )}
    </FieldFrame>
  );
}

/** A small select for rows of a table, where the row says what it is about. */
export function InlineSelect<Value extends string>(props: InlineSelectProps<Value>): ReactNode {
  const { label, choices, value, onChange, disabled = false } = props;
  return (
    <select
      className="mu-field__input mu-field__input--small"
      aria-label={label}
      value={value}
      disabled={disabled}
      onChange={(event) => {
        const chosen = findChoice(choices, event.currentTarget.value);
        if (chosen !== undefined) onChange(chosen);
      }}
    >
      <Options choices={choices} />
    </select>
  );
}
