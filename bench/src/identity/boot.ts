import { setTimeout as delay } from "node:timers/promises";
import type { Platform } from "@mullion/local";
import { TokenRequests } from "./token-requests.ts";

/**
 * Stops identity and starts it again; returns the milliseconds from the start of its process to the first token that it
 * gives out.
 */
export async function bootToFirstToken(platform: Platform, clientSecret: string): Promise<number> {
  const identity = platform.process("identity");
  await identity.stop();
  const startedAt = performance.now();
  const starting = identity.start();
  const requests = new TokenRequests(
    platform.url("identity"),
    { clientId: "mullion-gateway", clientSecret },
    1,
  );
  try {
    for (;;) {
      const token = await requests
        .post("/token", { grant_type: "client_credentials" })
        .catch(async (error: unknown) => {
          if (!(error instanceof Error && "code" in error && error.code === "ECONNREFUSED")) throw error;
          await delay(2);
          return undefined;
        });
      if (token !== undefined) return performance.now() - startedAt;
    }
  } finally {
    await starting;
    await requests.close();
  }
}
