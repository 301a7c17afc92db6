import type { TestIdentity } from "./identity.ts";

/** Lets the time pass in which a replaced refresh token is answered again. */
export async function passReplayWindow({ pool }: Pick<TestIdentity, "pool">): Promise<void> {
  await pool.query("update refresh_tokens set consumed_at = consumed_at - interval '31 seconds'");
  await pool.query("update refresh_replays set expires_at = expires_at - interval '31 seconds'");
}
