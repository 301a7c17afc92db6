import { sessionViewSchema } from "@mullion/contracts";
import { remoteDescriptorSchema } from "@mullion/federation/descriptor";
import { z } from "zod";

/** One entry of the navigation, as the person may see it. */
export const navigationItemSchema = z.object({
  label: z.string(),
  path: z.string(),
  icon: z.enum(["user", "dashboard", "chart", "shield", "box"]),
});
export type NavigationItem = z.infer<typeof navigationItemSchema>;

/** The composition that a page belongs to. */
const visitSchema = z.object({
  /** Short hash of the versions, as logs and devtools show it. */
  composition: z.string(),
  /** The versions, as the browser hands them back with the visit's next request. */
  pin: z.string(),
});

/** An override that holds for this page; the banner says so. */
const shownOverrideSchema = z.object({
  id: z.string(),
  remote: z.string(),
  title: z.string(),
  expiresAt: z.iso.datetime(),
  shows: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("version"), version: z.string() }),
    z.object({ kind: z.literal("development"), url: z.string() }),
  ]),
});
export type ShownOverride = z.infer<typeof shownOverrideSchema>;

/** What developers and administrators see of the composition. */
const devtoolsSchema = z.object({
  composition: z.string(),
  channel: z.string(),
  remotes: z.array(
    z.object({
      remote: z.string(),
      version: z.string(),
      reason: z.enum(["stable", "canary", "pinned", "override"]),
    }),
  ),
});
export type DevtoolsData = z.infer<typeof devtoolsSchema>;

const frame = {
  session: sessionViewSchema.nullable(),
  navigation: z.array(navigationItemSchema),
  visit: visitSchema,
  overrides: z.array(shownOverrideSchema),
  /** Null for whoever is neither. */
  devtools: devtoolsSchema.nullable(),
};
/** What every page has, whatever it shows. */
export type PageFrame = z.infer<z.ZodObject<typeof frame>>;

/** What front decided about a page: everything render may know to draw it. */
export const pageSchema = z.discriminatedUnion("kind", [
  z.object({ ...frame, kind: z.literal("start") }),
  z.object({
    ...frame,
    kind: z.literal("remote"),
    remote: remoteDescriptorSchema,
    /** Entry that render loads; null where the pane is drawn by the browser only. */
    serverEntry: z.url().nullable(),
    /** API paths fetched before rendering. */
    data: z.array(z.string()),
  }),
  z.object({
    ...frame,
    kind: z.literal("notice"),
    notice: z.enum(["forbidden", "not-found", "sign-in-failed", "no-remotes", "override-refused"]),
    status: z.number().int(),
  }),
]);
export type Page = z.infer<typeof pageSchema>;

/** Header that carries the render ticket from front to render; front removes it from what browsers send. */
export const ticketHeader = "x-mullion-ticket";

/** What render can ask of front, and nothing else. */
export const bridgeCallSchema = z.discriminatedUnion("operation", [
  z.object({ operation: z.literal("page"), ticket: z.string() }),
  z.object({ operation: z.literal("read"), ticket: z.string(), path: z.string() }),
  z.object({ operation: z.literal("bytes"), url: z.string() }),
  /** The page's remote could not be loaded here; the browser draws it. `code` says why. */
  z.object({ operation: z.literal("failed"), ticket: z.string(), code: z.string().regex(/^[a-z_]{1,40}$/) }),
]);
export type BridgeCall = z.infer<typeof bridgeCallSchema>;

/** Answer of a `read`: data where the API answered 200. */
export const readAnswerSchema = z.object({ status: z.number().int(), data: z.unknown() });
export type ReadAnswer = z.infer<typeof readAnswerSchema>;
