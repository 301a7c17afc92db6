import type { ReactNode } from "react";
import { useId } from "react";
import { classNames } from "./class-names.ts";
import { Icon, type IconName } from "./icon.tsx";
import type { Choice } from "./select-field.tsx";

interface SegmentsProps<Value extends string> {
  /** Read out as the name of the group. */
  readonly label: string;
  readonly choices: readonly (Choice<Value> & { readonly icon?: IconName })[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  /** Show the icons only; the labels are read out. */
  readonly iconsOnly?: boolean;
}

/** A few alternatives side by side: radio buttons, so that arrow keys and screen readers work as everywhere. */
export function Segments<Value extends string>(props: SegmentsProps<Value>): ReactNode {
  const { label, choices, value, onChange, iconsOnly = false } = props;
  const name = useId();
  return (
    <div
      role="radiogroup"
      aria-label={label}
      className={classNames("mu-segments", iconsOnly && "mu-segments--icons")}
    >
      {choices.map((choice) => (
        <label key={choice.value} className="mu-segments__option">
          <input
            type="radio"
            className="mu-segments__input"
            name={name}
            value={choice.value}
            checked={choice.value === value}
            onChange={() => {
              onChange(choice.value);
            }}
          />
          <span className="mu-segments__label">
            {choice.icon !== undefined && <Icon name={choice.icon} />}
            <span className={iconsOnly ? "mu-visually-hidden" : undefined}>{choice.label}</span>
          </span>
        </label>
      ))}
    </div>
  );
}
