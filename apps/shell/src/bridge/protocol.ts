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

const frame = { session: sessionViewSchema.nullable(), navigation: z.array(navigationItemSchema) };

/** What front decided about a page: everything render may know to draw it. */
export const pageSchema = z.discriminatedUnion("kind", [
  z.object({ ...frame, kind: z.literal("start") }),
  z.object({
    ...frame,
    kind: z.literal("remote"),
    remote: remoteDescriptorSchema,
    serverEntry: z.url(),
    /** API paths fetched before rendering. */
    data: z.array(z.string()),
  }),
  z.object({
    ...frame,
    kind: z.literal("notice"),
    notice: z.enum(["forbidden", "not-found", "sign-in-failed", "no-remotes"]),
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
]);
export type BridgeCall = z.infer<typeof bridgeCallSchema>;

/** Answer of a `read`: data where the API answered 200. */
export const readAnswerSchema = z.object({ status: z.number().int(), data: z.unknown() });
export type ReadAnswer = z.infer<typeof readAnswerSchema>;

/** Messages from render to front. */
export const renderMessageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("call"), id: z.number().int(), call: bridgeCallSchema }),
]);
export type RenderMessage = z.infer<typeof renderMessageSchema>;

/** Messages from front to render. `connection` comes with a socket. */
export const frontMessageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("connection") }),
  z.object({ type: z.literal("answer"), id: z.number().int(), value: z.unknown() }),
  z.object({ type: z.literal("failure"), id: z.number().int(), message: z.string() }),
]);
export type FrontMessage = z.infer<typeof frontMessageSchema>;
