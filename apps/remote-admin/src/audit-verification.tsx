import { type AuditVerification, auditVerificationSchema } from "@mullion/contracts";
import { useBff } from "@mullion/session";
import { Button } from "@mullion/ui";
import { type ReactNode, useState } from "react";

function verdictOf({ entries, brokenAt }: AuditVerification): string {
  if (brokenAt === null) return `All ${String(entries)} entries are as they were written.`;
  return `Entry ${brokenAt} or the one before it was altered.`;
}

/** Has every hash of the log's chain computed anew, and says whether they fit. */
export function AuditVerificationButton(): ReactNode {
  const [isAsked, setIsAsked] = useState(false);
  return isAsked ? (
    <Verdict />
  ) : (
    <Button
      size="small"
      onClick={() => {
        setIsAsked(true);
      }}
    >
      Check the chain
    </Button>
  );
}

// Apart from the button: nobody pays for the check before asking for it.
function Verdict(): ReactNode {
  const { data, error, isValidating, refresh } = useBff(
    "/identity/audit/verification",
    auditVerificationSchema,
  );
  return (
    <>
      <Button size="small" busy={isValidating} onClick={() => void refresh()}>
        Check again
      </Button>
      <span className="mu-small" role="status">
        {error === undefined ? data !== undefined && verdictOf(data) : error.message}
      </span>
    </>
  );
}
