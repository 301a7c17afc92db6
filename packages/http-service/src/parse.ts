import type { Problem } from "@mullion/contracts";
import type { ZodError, ZodType, z } from "zod";
import { type HttpServiceCode, ProblemError } from "./errors.ts";

/** Where a value was wrong, in the form a problem document lists it. The value itself is never repeated. */
export function issuesOf(error: ZodError): NonNullable<Problem["issues"]> {
  return error.issues.map(({ path, message }) => ({ path: path.map(String).join("."), message }));
}

function parse<S extends ZodType>(schema: S, value: unknown, code: HttpServiceCode): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new ProblemError({
    status: 400,
    code,
    title: "Bad Request",
    issues: issuesOf(result.error),
    cause: result.error,
  });
}

/** The body in the schema's shape, or a `ProblemError` 400 `invalid_body` that lists what is wrong. */
export function parseBody<S extends ZodType>(schema: S, value: unknown): z.output<S> {
  return parse(schema, value, "invalid_body");
}

/** The query in the schema's shape, or a `ProblemError` 400 `invalid_query` that lists what is wrong. */
export function parseQuery<S extends ZodType>(schema: S, value: unknown): z.output<S> {
  return parse(schema, value, "invalid_query");
}
