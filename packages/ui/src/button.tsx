import type { ButtonHTMLAttributes, MouseEvent, ReactNode } from "react";
import { classNames } from "./class-names.ts";

interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "className" | "style"> {
  readonly variant?: "default" | "primary" | "danger" | "quiet";
  readonly size?: "medium" | "small" | "icon";
  readonly wide?: boolean;
  /** Work is under way: the button keeps its focus and its place, and does nothing. */
  readonly busy?: boolean;
}

/** A button. Its type is `button` unless said otherwise, so that it submits no form by accident. */
export function Button({
  variant = "default",
  size = "medium",
  wide = false,
  busy = false,
  type = "button",
  onClick,
  children,
  ...rest
}: ButtonProps): ReactNode {
  const handleClick = (event: MouseEvent<HTMLButtonElement>): void => {
    // Not `disabled`: that would drop the keyboard focus in the middle of the action.
    if (busy) event.preventDefault();
    else onClick?.(event);
  };
  const names = classNames(
    "mu-button",
    variant !== "default" && `mu-button--${variant}`,
    size !== "medium" && `mu-button--${size}`,
    wide && "mu-button--wide",
  );
  return (
    <button
      {...rest}
      type={type}
      className={names}
      onClick={handleClick}
      {...(busy ? { "aria-busy": true, "aria-disabled": true } : {})}
    >
      {children}
    </button>
  );
}
