import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";

function initials(name: string): string {
  const words = name.trim().split(/\s+/u);
  const [first = "", ...others] = words;
  const last = others.at(-1) ?? "";
  return [first, last]
    .map((word) => [...word][0] ?? "")
    .join("")
    .toUpperCase();
}

/** Initials of a person. Decoration: the name stands beside it. */
export function Avatar({
  name,
  large = false,
}: {
  readonly name: string;
  readonly large?: boolean;
}): ReactNode {
  return (
    <span className={classNames("mu-avatar", large && "mu-avatar--large")} aria-hidden="true">
      {initials(name)}
    </span>
  );
}
