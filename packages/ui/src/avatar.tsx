import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";

// By code point: the first half of a surrogate pair is no letter.
function firstLetter(word: string): string {
  const codePoint = word.codePointAt(0);
  return codePoint === undefined ? "" : String.fromCodePoint(codePoint);
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/u);
  const [first = "", ...others] = words;
  const last = others.at(-1) ?? "";
  return [first, last]
    .map((word) => firstLetter(word))
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
