import type { AccessTokenClaims, Actor } from "@mullion/contracts";
import type { KoaContextWithOIDC } from "oidc-provider";

/** The token that a request exchanges for another (RFC 8693). */
export interface SubjectToken {
  claims: AccessTokenClaims;
  /** Name of the grant that the subject token lives by, and with it the new one. */
  grant: string;
  /** Who acts with the new token, and who did before. */
  act: Actor;
}

const subjects = new WeakMap<object, SubjectToken>();

/** The subject token of a request that exchanges one; undefined for every other. */
export function subjectTokenOf(ctx: KoaContextWithOIDC): SubjectToken | undefined {
  return subjects.get(ctx.req);
}

/** Remembers the subject token while its request lasts. */
export function setSubjectToken(ctx: KoaContextWithOIDC, subject: SubjectToken): void {
  subjects.set(ctx.req, subject);
}
