import type { ReactNode } from "react";

/** The mark: a window whose mullions part four panes, one of them lit. */
export function BrandMark(): ReactNode {
  return (
    <svg
      className="mu-brand__mark"
      viewBox="0 0 26 26"
      width="26"
      height="26"
      aria-hidden="true"
      focusable="false"
    >
      <rect width="26" height="26" rx="6.5" fill="currentColor" />
      <g className="mu-brand__panes">
        <path d="M7.5 4.5H10V15H4.5V7.5a3 3 0 0 1 3-3zM4.5 17.5H10v4H7.5a3 3 0 0 1-3-3zM12.5 11.5h9v7a3 3 0 0 1-3 3h-6z" />
      </g>
      <path className="mu-brand__lit" d="M12.5 4.5h6a3 3 0 0 1 3 3V9h-9z" />
    </svg>
  );
}
