import type { SignInOutcome } from "@mullion/bff";
import type { SessionRecord } from "@mullion/token-store";
import type { Visitor } from "../auth-options.ts";

/** What the record is made of beside the sign-in itself. */
interface RecordContext {
  readonly visitor: Visitor;
  /** Audiences of the routes. The backend's tokens know none: one of them is good for all. */
  readonly audiences: readonly string[];
  readonly sessionTtlSeconds: number;
}

/** Builds the session's record from what the backend answered. */
export function toSessionRecord(
  { person, tokens }: Extract<SignInOutcome, { kind: "signed-in" }>,
  { visitor, audiences, sessionTtlSeconds }: RecordContext,
  now = Date.now(),
): SessionRecord {
  const { roles, ...user } = person;
  const access = {
    token: tokens.accessToken,
    scope: "",
    issuedAt: now,
    expiresAt: now + tokens.expiresInSeconds * 1_000,
  };
  return {
    view: { user, roles, expiresAt: new Date(now + sessionTtlSeconds * 1_000).toISOString() },
    device: { userAgent: visitor.userAgent, ipAddress: visitor.ipAddress, createdAt: now },
    tokens: {
      access: Object.fromEntries(audiences.map((audience) => [audience, access])),
      refreshToken: tokens.refreshToken ?? null,
      identitySid: null,
    },
  };
}
