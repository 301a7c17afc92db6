import { z } from "zod";
import { bridgeCallSchema } from "./protocol.ts";

/**
 * File descriptors that render inherits: its end of the bridge, and after it the ends of the connections on which front
 * asks for pages. They are all that render can reach.
 */
export const bridgeDescriptor = 3;
export const firstConnectionDescriptor = 4;
/** Pages that one render process draws at the same time; more of them wait in front. */
export const connectionCount = 64;

/** No message of render is larger: each is a call with a ticket, a path or a URL. */
export const renderMessageLimitBytes = 16_384;
/** Front answers with files of remotes and with data. */
export const frontMessageLimitBytes = 64 * 1_024 * 1_024;

/** Messages from render to front. */
export const renderMessageSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("ready") }),
  z.strictObject({ type: z.literal("beat") }),
  /** Something happened after which this process should be replaced: an error that nobody caught. */
  z.strictObject({ type: z.literal("shaken"), reason: z.string().max(500) }),
  z.strictObject({ type: z.literal("call"), id: z.number().int(), call: bridgeCallSchema }),
]);
export type RenderMessage = z.infer<typeof renderMessageSchema>;

/** Messages from front to render. The bytes of a file follow an `answer` without a value. */
export const frontMessageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("beat") }),
  z.object({ type: z.literal("answer"), id: z.number().int(), value: z.unknown() }),
  z.object({ type: z.literal("failure"), id: z.number().int(), message: z.string() }),
]);
export type FrontMessage = z.infer<typeof frontMessageSchema>;
