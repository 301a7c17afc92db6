import type { ReactNode } from "react";
import { Icon } from "./icon.tsx";

interface AlertProps {
  readonly tone?: "info" | "success" | "warning" | "danger";
  readonly children: ReactNode;
}

/** A message beside what it is about. Trouble is announced at once, the rest when the reader pauses. */
export function Alert({ tone = "info", children }: AlertProps): ReactNode {
  const urgent = tone === "danger" || tone === "warning";
  return (
    <div className={`mu-alert mu-alert--${tone}`} role={urgent ? "alert" : "status"}>
      <Icon name={urgent ? "warning" : "check"} />
      <div>{children}</div>
    </div>
  );
}
