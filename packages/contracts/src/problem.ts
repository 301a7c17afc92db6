import { z } from "zod";

/** Problem document (RFC 9457) with a stable `code` and the request's id. */
export const problemSchema = z.object({
  type: z.string().default("about:blank"),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().optional(),
  code: z.string(),
  requestId: z.string().optional(),
  /** Where a body or query was wrong: JSON path and what was expected. */
  issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** Media type of a problem document. */
export const problemContentType = "application/problem+json";
