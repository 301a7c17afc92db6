import { z } from "zod";
import { available } from "./available.ts";
import { isUnreadable } from "./errors.ts";
import type { KeyRing } from "./key-ring.ts";
import type { RedisClient } from "./redis.ts";

const queueKey = "mullion:{sign-outs}:pending";
const sealContext = "sign-out";

const signOutSchema = z.object({
  /** The whole sign-in at identity, or null when only the refresh token is to be revoked. */
  identitySid: z.string().nullable(),
  refreshToken: z.string().nullable(),
  /** Milliseconds since the epoch; what was not done by then has expired at identity too. */
  giveUpAt: z.number(),
});
/** What is left to be ended at identity after a session was ended here. */
export type PendingSignOut = z.infer<typeof signOutSchema>;

/** Sign-outs that identity has not confirmed. They outlive the process that began them; any front finishes them. */
export interface SignOutQueue {
  /** Remembers a sign-out, to be tried again by anyone from `dueAt` (milliseconds) on; returns its ticket. */
  add(signOut: PendingSignOut, dueAt: number): Promise<string>;
  /**
   * Sign-outs that are due, by ticket. Two fronts may get the same one: ending twice does no harm. One that cannot be
   * read is put off by a day, so that it does not hold up the others.
   */
  due(now: number): Promise<Map<string, PendingSignOut>>;
  postpone(ticket: string, dueAt: number): Promise<void>;
  remove(ticket: string): Promise<void>;
}

const batch = 20;
const dayMs = 86_400_000;

/** Creates the queue; entries are sealed. */
export function createSignOutQueue(redis: RedisClient, keys: KeyRing): SignOutQueue {
  const open = (ticket: string): PendingSignOut | null => {
    try {
      return signOutSchema.safeParse(JSON.parse(keys.open(ticket, sealContext))).data ?? null;
    } catch (error) {
      if (isUnreadable(error)) return null;
      throw error;
    }
  };
  const postpone = async (ticket: string, dueAt: number): Promise<void> => {
    await available(redis.zadd(queueKey, "XX", dueAt, ticket));
  };

  return {
    async add(signOut, dueAt) {
      const ticket = keys.seal(JSON.stringify(signOut), sealContext);
      await available(redis.zadd(queueKey, dueAt, ticket));
      return ticket;
    },
    async due(now) {
      const tickets = await available(redis.zrangebyscore(queueKey, "-inf", now, "LIMIT", 0, batch));
      const readable = new Map<string, PendingSignOut>();
      for (const ticket of tickets) {
        const signOut = open(ticket);
        // Its key may be on its way to this front, or never come back.
        if (signOut === null) await postpone(ticket, now + dayMs);
        else readable.set(ticket, signOut);
      }
      return readable;
    },
    postpone,
    async remove(ticket) {
      await available(redis.zrem(queueKey, ticket));
    },
  };
}
