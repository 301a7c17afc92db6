const networkCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** 57P01-57P03: shutting down or starting up; 53300: too many connections. Class 08 is matched by prefix. */
const serverCodes = new Set(["57P01", "57P02", "57P03", "53300"]);

// node-postgres gives these no code.
const clientMessages = [
  "Connection terminated",
  "Client has encountered a connection error and is not queryable",
  "timeout exceeded when trying to connect",
  "timeout expired",
  "Query read timeout",
  "Cannot use a pool after calling end on the pool",
];

/**
 * True when the error says that Postgres (or the way to it) is gone, so that trying again later may work. An error in
 * the statement itself is never one. Looks through `cause` and through the addresses of an `AggregateError`.
 */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isUnavailable)) return true;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return (
    networkCodes.has(code) ||
    serverCodes.has(code) ||
    /^08[0-9A-Z]{3}$/.test(code) ||
    clientMessages.some((message) => error.message.startsWith(message)) ||
    isUnavailable(error.cause)
  );
}
