import { type AuditEntry, audited } from "../audit/audit-log.ts";
import { limited } from "../rate-limit/fixed-window.ts";
import type { Metrics } from "./metrics.ts";

// What is not listed here would let a caller make labels.
const grantTypes: ReadonlySet<string> = new Set([
  "authorization_code",
  "refresh_token",
  "client_credentials",
  "device_code",
  "token_exchange",
]);

const refreshOutcomes: Readonly<Record<string, string>> = {
  "token.refresh_token": "rotated",
  "token.replay": "replayed",
  "token.reuse": "reused",
};

const revocationCauses: Readonly<Record<string, string>> = {
  "token.reuse": "reuse",
  "token.revoke": "revocation_endpoint",
  signout: "signout",
  "signin.end": "device",
  "consent.withdraw": "consent",
  "user.sessions.revoke": "administrator",
  "user.password.change": "password",
  "user.password.reset": "password",
  "user.delete": "deletion",
};

function count(metrics: Metrics, { action }: AuditEntry): void {
  const [group, grantType = ""] = action.split(".");
  if (group === "token" && grantTypes.has(grantType)) metrics.tokensIssued.inc({ grant_type: grantType });
  const outcome = refreshOutcomes[action];
  if (outcome !== undefined) metrics.refreshUsed.inc({ outcome });
  const cause = revocationCauses[action];
  if (cause !== undefined) metrics.revocations.inc({ cause });
  if (action === "signin.failure") metrics.loginFailures.inc();
}

/** Counts what the audit log and the limits are told, in this process, until the returned function is called. */
export function countEvents(metrics: Metrics): () => void {
  const onAudited = (message: unknown): void => {
    for (const entry of message as readonly AuditEntry[]) count(metrics, entry);
  };
  const onLimited = (message: unknown): void => {
    metrics.rateLimited.inc({ limit: String(message) });
  };
  audited.subscribe(onAudited);
  limited.subscribe(onLimited);
  return () => {
    audited.unsubscribe(onAudited);
    limited.unsubscribe(onLimited);
  };
}
