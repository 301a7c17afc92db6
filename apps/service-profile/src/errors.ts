import { ProblemError } from "@mullion/http-service";

/** Codes of this service's own answers. `not_a_user`: the token belongs to a client, and clients have no profile. */
export type ProfileCode = "not_a_user";

/** 403 for a caller that is no person. */
export function notAUser(): ProblemError {
  const code: ProfileCode = "not_a_user";
  return new ProblemError({
    status: 403,
    code,
    title: "Forbidden",
    detail: "Only a person has a profile; this access token belongs to a client.",
  });
}
