import { Alert } from "@mullion/ui";
import type { ReactNode } from "react";

/** A secret that identity made: it keeps only a hash, so this is the one time anybody can read it. */
export function SecretAlert({
  clientId,
  secret,
}: {
  readonly clientId: string;
  readonly secret: string;
}): ReactNode {
  return (
    <Alert tone="warning">
      Secret of {clientId}, shown this once: <code className="mu-mono mu-break">{secret}</code>
    </Alert>
  );
}
