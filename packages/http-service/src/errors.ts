import type { Problem } from "@mullion/contracts";

/** Codes this package itself answers with. Services add their own in their `errors.ts`. */
export type HttpServiceCode =
  | "bad_request"
  | "body_too_large"
  | "dependency_unavailable"
  | "internal"
  | "invalid_body"
  | "invalid_json"
  | "invalid_query"
  | "method_not_allowed"
  | "not_found"
  | "unsupported_media_type";

/** Parts of a `ProblemError`. `code` is stable and tells clients apart what `status` cannot. */
export interface ProblemOptions {
  status: number;
  code: string;
  title: string;
  detail?: string;
  headers?: Readonly<Record<string, string>>;
  issues?: NonNullable<Problem["issues"]>;
  cause?: unknown;
}

/** An error that says how it is answered: as a problem document (RFC 9457) with this status, code and headers. */
export class ProblemError extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly issues: Problem["issues"];

  constructor({ status, code, title, detail, headers, issues, cause }: ProblemOptions) {
    super(detail ?? title, cause === undefined ? undefined : { cause });
    this.name = "ProblemError";
    this.status = status;
    this.code = code;
    this.title = title;
    this.detail = detail;
    this.headers = headers ?? {};
    this.issues = issues;
  }

  /** The document sent to the client. */
  toProblem(requestId: string): Problem {
    return {
      type: "about:blank",
      title: this.title,
      status: this.status,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
      code: this.code,
      requestId,
      ...(this.issues === undefined ? {} : { issues: this.issues }),
    };
  }
}

/** The answer while Postgres, Redis or another part a service cannot work without is gone: 503 and when to try again. */
export function unavailable(cause?: unknown, detail?: string): ProblemError {
  const code: HttpServiceCode = "dependency_unavailable";
  return new ProblemError({
    status: 503,
    code,
    title: "Service Unavailable",
    detail: detail ?? "A part this service depends on does not answer. Try again shortly.",
    headers: { "retry-after": "2" },
    cause,
  });
}
