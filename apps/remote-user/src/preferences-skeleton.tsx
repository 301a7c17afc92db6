import { Skeleton } from "@mullion/ui";
import type { ReactNode } from "react";

const fields = ["name", "language", "zone", "theme"];

/** The form's size before its values are known. */
export function PreferencesSkeleton(): ReactNode {
  return (
    <div className="mu-stack">
      {fields.map((field) => (
        <div key={field} className="mu-field">
          <Skeleton width="short" />
          <Skeleton shape="field" />
        </div>
      ))}
      <Skeleton shape="field" />
      <Skeleton shape="field" width="medium" />
    </div>
  );
}
