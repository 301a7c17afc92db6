import { problemSchema } from "@mullion/contracts";

/** One wrong place in a request, as the service named it. */
export interface BffIssue {
  readonly path: string;
  readonly message: string;
}

/** A BFF call that did not succeed: the problem document (RFC 9457) of the response, or a code of our own. */
export class BffError extends Error {
  /** HTTP status; 0 when there was no response. */
  readonly status: number;
  /** Stable code of the problem, or one of our own: `network_error`, `bad_response`, `stream_lost`, `unexpected`. */
  readonly code: string;
  readonly issues: readonly BffIssue[];
  /** Seconds after which a retry makes sense, where the server said so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    fields: {
      status: number;
      code: string;
      message: string;
      issues?: readonly BffIssue[];
      retryAfterSeconds?: number;
    },
    options?: ErrorOptions,
  ) {
    super(fields.message, options);
    this.name = "BffError";
    this.status = fields.status;
    this.code = fields.code;
    this.issues = fields.issues ?? [];
    this.retryAfterSeconds = fields.retryAfterSeconds;
  }
}

/** Reads a failed response into an error; a body that is no problem document still gives one. */
export async function toBffError(response: Response): Promise<BffError> {
  const body: unknown = await response.json().catch(() => undefined);
  const problem = problemSchema.safeParse(body);
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
  const timing = Number.isFinite(retryAfter) ? { retryAfterSeconds: retryAfter } : {};
  if (!problem.success) {
    return new BffError({
      status: response.status,
      code: "bad_response",
      message: `The server answered ${response.status}.`,
      ...timing,
    });
  }
  const { status, code, title, detail, issues } = problem.data;
  return new BffError({ status, code, message: detail ?? title, issues: issues ?? [], ...timing });
}
