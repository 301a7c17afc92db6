import { z } from "zod";

/** One entry of identity's audit log. `user` is who did it; whom it was done to is among the details. */
export const auditEntrySchema = z.object({
  /** Counts up along the chain, as a decimal: it may grow beyond what a number holds. */
  id: z.string().regex(/^[0-9]+$/),
  at: z.iso.datetime(),
  /** What happened, e.g. `signin.failure`, `token.reuse`, `user.roles`. */
  action: z.string(),
  user: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
  clientId: z.string().nullable(),
  address: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
});
export type AuditEntryView = z.infer<typeof auditEntrySchema>;

/** Query of `GET /identity/audit`. Everything given has to fit. */
export const auditQuerySchema = z.strictObject({
  /** An action, or all that begin with it and a dot: `signin` finds `signin.failure`. */
  action: z
    .string()
    .regex(/^[a-z0-9_.:-]{1,100}$/)
    .optional(),
  user: z.uuid().optional(),
  /** Entries before this one, for the next page. */
  before: z
    .string()
    .regex(/^[0-9]{1,18}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type AuditQuery = z.infer<typeof auditQuerySchema>;

/** `GET /identity/audit`: newest first. `next` is the `before` of the next page; null on the last one. */
export const auditPageSchema = z.object({
  entries: z.array(auditEntrySchema),
  next: z.string().nullable(),
});
export type AuditPage = z.infer<typeof auditPageSchema>;

/**
 * `GET /identity/audit/verification`: whether every entry still has the hash that it was chained with. `brokenAt` is the
 * first that has not.
 */
export const auditVerificationSchema = z.object({
  entries: z.number().int(),
  brokenAt: z.string().nullable(),
});
export type AuditVerification = z.infer<typeof auditVerificationSchema>;
