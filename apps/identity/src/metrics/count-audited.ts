import { type AuditEntry, audited } from "../audit/audit-log.ts";
import type { Metrics } from "./metrics.ts";

// By the protocol's names; what is not listed would let a caller make labels.
const grantTypes: Readonly<Record<string, string>> = {
  authorization_code: "authorization_code",
  refresh_token: "refresh_token",
  client_credentials: "client_credentials",
  "urn:ietf:params:oauth:grant-type:device_code": "device_code",
  "urn:ietf:params:oauth:grant-type:token-exchange": "token_exchange",
};

const refreshOutcomes: Readonly<Record<string, string>> = {
  "token.refresh_token": "rotated",
  "token.replay": "replayed",
  "token.reuse": "reused",
};

const revocationCauses: Readonly<Record<string, string>> = {
  "token.reuse": "reuse",
  "token.revoke": "revocation_endpoint",
  signout: "signout",
  "user.sessions.revoke": "administrator",
};

const loginFailureReasons: Readonly<Record<string, string>> = {
  "signin.failure": "wrong_credentials",
  "signin.limited": "rate_limited",
};

function count(metrics: Metrics, { action }: AuditEntry): void {
  const grantType = action.startsWith("token.") ? grantTypes[action.slice("token.".length)] : undefined;
  if (grantType !== undefined) metrics.tokensIssued.inc({ grant_type: grantType });
  const outcome = refreshOutcomes[action];
  if (outcome !== undefined) metrics.refreshUsed.inc({ outcome });
  const cause = revocationCauses[action];
  if (cause !== undefined) metrics.revocations.inc({ cause });
  const reason = loginFailureReasons[action];
  if (reason !== undefined) metrics.loginFailures.inc({ reason });
}

/** Counts what the audit log is told, in this process, until the returned function is called. */
export function countAudited(metrics: Metrics): () => void {
  const listen = (message: unknown): void => {
    for (const entry of message as readonly AuditEntry[]) count(metrics, entry);
  };
  audited.subscribe(listen);
  return () => {
    audited.unsubscribe(listen);
  };
}
