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
        <path d="M6.5 3.5h4.25v11H3.5v-8a3 3 0 0 1 3-3zM3.5 16.75h7.25v5.75H6.5a3 3 0 0 1-3-3zM13 11.5h9.5v8a3 3 0 0 1-3 3H13z" />
      </g>
      <path className="mu-brand__lit" d="M13 3.5h6.5a3 3 0 0 1 3 3v2.75H13z" />
    </svg>
  );
}
