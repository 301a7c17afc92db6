import { z } from "zod";
import { versionSchema } from "./release.ts";
import { remoteManifestSchema } from "./remote-manifest.ts";

const pane = {
  remote: remoteManifestSchema.shape.name,
  version: versionSchema,
  /** Composition of the visit, as devtools and logs show it. */
  composition: z.string().max(64),
};

/** What happened to a remote's pane. One `shown` or `failed` per attempt to show it. */
export const paneSignalSchema = z.discriminatedUnion("kind", [
  /** `loadMs`: from asking for the code until it is on the page; null where the server drew it. `bytes` as transferred. */
  z.strictObject({
    ...pane,
    kind: z.literal("shown"),
    loadMs: z.number().min(0).max(600_000).nullable(),
    bytes: z.number().int().min(0).nullable(),
  }),
  /** `side`: where. `code` is stable, e.g. `remote_unavailable`, `render_failed`, `integrity_mismatch`. */
  z.strictObject({
    ...pane,
    kind: z.literal("failed"),
    side: z.enum(["browser", "server"]),
    code: z.string().regex(/^[a-z_]{1,40}$/),
  }),
  /** An error that the pane's code did not catch after it was shown. */
  z.strictObject({ ...pane, kind: z.literal("error") }),
  /** Core Web Vitals of a page whose pane this is: milliseconds; CLS has no unit. */
  z.strictObject({
    ...pane,
    kind: z.literal("vital"),
    name: z.enum(["LCP", "INP", "CLS", "FCP", "TTFB"]),
    value: z.number().min(0).max(600_000),
  }),
]);
export type PaneSignal = z.infer<typeof paneSignalSchema>;

/** `POST /api/telemetry` of the shell, from its own pages. */
export const paneReportSchema = z.strictObject({ signals: z.array(paneSignalSchema).min(1).max(50) });
export type PaneReport = z.infer<typeof paneReportSchema>;

const percentile = z.number().nullable();

/** How samples are spread: in ascending order, how many were at most that many milliseconds and more than those before. */
const distribution = z.array(z.tuple([z.number(), z.number().int()]));

/** How one version fares. Rates are of `shown + failed`; times are 75th percentiles in milliseconds, at most 5 % off, null without samples. */
export const paneHealthSchema = z.object({
  remote: z.string(),
  version: z.string(),
  shown: z.number().int(),
  failed: z.number().int(),
  errors: z.number().int(),
  loadMs: percentile,
  bytes: percentile,
  vitals: z.object({
    LCP: percentile,
    INP: percentile,
    CLS: percentile,
    FCP: percentile,
    TTFB: percentile,
  }),
  /** Samples behind `loadMs`, `LCP` and `INP`. */
  samples: z.object({ loadMs: z.number().int(), LCP: z.number().int(), INP: z.number().int() }),
  distributions: z.object({ loadMs: distribution, LCP: distribution, INP: distribution }),
});
export type PaneHealth = z.infer<typeof paneHealthSchema>;

/**
 * `GET /insights/panes?minutes=1440&remote=user&channel=production`: every version that was seen in that time, a week at most, in
 * all channels together unless one is given. `since` (a time) stands in for `minutes`; counts are of whole minutes.
 */
export const paneHealthListSchema = z.object({ since: z.iso.datetime(), panes: z.array(paneHealthSchema) });
export type PaneHealthList = z.infer<typeof paneHealthListSchema>;
