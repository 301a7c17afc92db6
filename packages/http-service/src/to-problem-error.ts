import { isUnavailable as isPostgresUnavailable } from "@mullion/postgres/unavailable";
import type { FastifyError } from "fastify";
import { ZodError } from "zod";
import { type HttpServiceCode, ProblemError, unavailable } from "./errors.ts";
import { issuesOf } from "./parse.ts";

const redisMessages = [
  "Command timed out",
  "Connection is closed",
  "Stream isn't writeable",
  "Reached the max retries per request limit",
  "LOADING ",
  "MASTERDOWN ",
];

function isRedisUnavailable(error: unknown): boolean {
  return error instanceof Error && redisMessages.some((message) => error.message.startsWith(message));
}

function problem(status: number, code: HttpServiceCode, title: string, cause: unknown): ProblemError {
  return new ProblemError({ status, code, title, cause });
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}

/** Maps whatever a handler threw to the answer it gets. What is not recognised is a 500 that tells nothing. */
export function toProblemError(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof ZodError) {
    const code: HttpServiceCode = "invalid_body";
    return new ProblemError({
      status: 400,
      code,
      title: "Bad Request",
      issues: issuesOf(error),
      cause: error,
    });
  }
  if (isPostgresUnavailable(error) || isRedisUnavailable(error)) return unavailable(error);
  if (error instanceof SyntaxError && "statusCode" in error && error.statusCode === 400) {
    return problem(400, "invalid_json", "Bad Request", error);
  }
  if (isFastifyError(error)) {
    switch (error.code) {
      case "FST_ERR_CTP_BODY_TOO_LARGE":
        return problem(413, "body_too_large", "Content Too Large", error);
      case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
        return problem(415, "unsupported_media_type", "Unsupported Media Type", error);
      case "FST_ERR_CTP_INVALID_JSON_BODY":
      case "FST_ERR_CTP_EMPTY_JSON_BODY":
        return problem(400, "invalid_json", "Bad Request", error);
      default:
        if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
          return problem(error.statusCode, "bad_request", "Bad Request", error);
        }
    }
  }
  return problem(500, "internal", "Internal Server Error", error);
}
