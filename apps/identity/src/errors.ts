import { ProblemError } from "@mullion/http-service";

/** Codes identity itself answers with. The protocol's endpoints answer with the codes of their RFCs. */
export type IdentityCode =
  | "cross_site_request"
  | "invalid_client"
  | "last_admin"
  | "too_many_attempts"
  | "user_not_found";

const problems = {
  cross_site_request: { status: 403, title: "This form was sent from another site." },
  invalid_client: { status: 401, title: "The client could not be authenticated." },
  last_admin: { status: 409, title: "The last administrator keeps the role." },
  too_many_attempts: { status: 429, title: "Too many attempts." },
  user_not_found: { status: 404, title: "There is no such user." },
} as const satisfies Record<IdentityCode, { status: number; title: string }>;

/** The problem document that a code stands for. */
export function identityProblem(
  code: IdentityCode,
  options: { detail?: string; headers?: Readonly<Record<string, string>> } = {},
): ProblemError {
  return new ProblemError({ code, ...problems[code], ...options });
}
