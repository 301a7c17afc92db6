import { csrfHeader } from "@mullion/contracts";
import { Alert, Button } from "@mullion/ui";
import { type ReactNode, useState } from "react";
import type { ShownOverride } from "./bridge/protocol.ts";

function describe({ title, shows }: ShownOverride): string {
  return shows.kind === "version" ? `${title} ${shows.version}` : `${title} from ${shows.url}`;
}

async function leave(): Promise<void> {
  const answer = await fetch("/api/override/end", {
    method: "POST",
    headers: { [csrfHeader]: "1", "content-type": "application/json" },
    body: "{}",
  });
  if (!answer.ok) throw new Error(`leaving was answered ${String(answer.status)}`);
  // Another composition is another page: what was loaded of the build under test goes with the document.
  window.location.reload();
}

/** Says that this is not what everybody sees, and ends it. */
export function OverrideBanner({ overrides }: { readonly overrides: readonly ShownOverride[] }): ReactNode {
  const [state, setState] = useState<"shown" | "leaving" | "failed">("shown");
  const [first] = overrides;
  if (first === undefined) return null;
  return (
    <Alert tone={state === "failed" ? "danger" : "warning"}>
      {state === "failed"
        ? "The server could not be reached. "
        : `Only you see this: ${overrides.map(describe).join(", ")}. `}
      <Button
        size="small"
        busy={state === "leaving"}
        onClick={() => {
          setState("leaving");
          leave().catch(() => {
            setState("failed");
          });
        }}
      >
        Leave
      </Button>
    </Alert>
  );
}
