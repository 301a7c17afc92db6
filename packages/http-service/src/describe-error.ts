/** What a log line says of an error. */
interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  readonly code?: string | number;
  readonly stack?: string;
  readonly cause?: ErrorDescription;
}

/** Longer chains are cut: one may lead back to itself. */
const maxCauses = 5;

/**
 * Describes an error by the properties listed here and no others. Libraries hang on their errors what they were doing:
 * ioredis the command, which may be AUTH with its password, openid-client the ID token and the authorization code,
 * undici the bytes it could not read.
 */
export function describeError(error: unknown, causes = maxCauses): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { message, stack, cause } = error;
  const code = "code" in error ? error.code : undefined;
  return {
    type: error.name,
    message,
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    ...(stack === undefined ? {} : { stack }),
    ...(cause instanceof Error && causes > 0 ? { cause: describeError(cause, causes - 1) } : {}),
  };
}
