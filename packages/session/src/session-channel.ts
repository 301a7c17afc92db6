import { z } from "zod";

const messageSchema = z.discriminatedUnion("type", [
  /** A page of this browser has a session: of this person. */
  z.object({ type: z.literal("signed-in"), userId: z.string() }),
  z.object({ type: z.literal("ended"), reason: z.enum(["user", "idle", "expired", "revoked"]) }),
  z.object({ type: z.literal("extended"), idleExpiresAt: z.iso.datetime() }),
  /** A person did something, at this time of the machine's clock (milliseconds). */
  z.object({ type: z.literal("activity"), at: z.number() }),
]);

/** What the tabs of one browser tell each other about the session they share. */
export type SessionMessage = z.infer<typeof messageSchema>;

/** The other tabs of this browser. */
export interface SessionChannel {
  post(message: SessionMessage): void;
  close(): void;
}

const channelName = "mullion-session";

/** Opens the channel between the tabs; a tab does not hear itself. Messages of another version's shape are ignored. */
export function openSessionChannel(onMessage: (message: SessionMessage) => void): SessionChannel {
  const channel = new BroadcastChannel(channelName);
  channel.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    const message = messageSchema.safeParse(data);
    if (message.success) onMessage(message.data);
  });
  return {
    post: (message) => {
      channel.postMessage(message);
    },
    close: () => {
      channel.close();
    },
  };
}
