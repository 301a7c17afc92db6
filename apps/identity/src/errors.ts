import { ProblemError } from "@mullion/http-service";

/** Codes identity itself answers with. The protocol's endpoints answer with the codes of their RFCs. */
export type IdentityCode =
  | "client_exists"
  | "client_has_no_secret"
  | "client_not_found"
  | "client_of_file"
  | "cross_site_request"
  | "invalid_client"
  | "invalid_credentials"
  | "key_not_found"
  | "key_too_fresh"
  | "last_admin"
  | "no_session"
  | "session_moved"
  | "sign_in_not_found"
  | "too_many_attempts"
  | "user_not_found";

const problems = {
  client_exists: { status: 409, title: "There is a client with this id." },
  client_has_no_secret: { status: 409, title: "The client authenticates without a secret." },
  client_not_found: { status: 404, title: "There is no such client." },
  client_of_file: { status: 409, title: "The client belongs to the operator's file." },
  cross_site_request: { status: 403, title: "This request was sent from another site." },
  invalid_client: { status: 401, title: "The client could not be authenticated." },
  invalid_credentials: { status: 401, title: "The email address or the password is wrong." },
  key_not_found: { status: 404, title: "There is no such key." },
  key_too_fresh: { status: 409, title: "The next key has not been published for long enough." },
  last_admin: { status: 409, title: "The last administrator keeps the role." },
  no_session: { status: 401, title: "Nobody is signed in." },
  session_moved: { status: 401, title: "The session was used from elsewhere and is over." },
  sign_in_not_found: { status: 404, title: "The user has no such sign-in." },
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
