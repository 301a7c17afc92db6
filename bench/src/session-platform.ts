import { resolve } from "node:path";
import { type Platform, startPlatform } from "@mullion/local";
import { Agent, request } from "undici";
import type { Metric } from "./metrics.ts";
import { openSessionRecords, type SessionRecords, sessionOf } from "./session-records.ts";

/** The three fronts of the platform. */
export const fronts = ["shell", "shell-2", "shell-3"] as const;
/** One of the three fronts. */
export type Front = (typeof fronts)[number];

/** What a benchmark of sessions works with. */
export interface SessionContext {
  readonly platform: Platform;
  readonly records: SessionRecords;
  readonly say: (line: string) => void;
}

/** Connections to the fronts: enough for every request of a burst to be under way at once. */
export const connections = new Agent({ connections: 250 });

/** Runs benchmarks on a platform with three fronts on one Redis, and stops it. */
export async function withThreeFronts(
  say: (line: string) => void,
  measure: (context: SessionContext) => Promise<Metric[]>,
): Promise<Metric[]> {
  const platform = await startPlatform({
    portBase: 24_000,
    dataDir: resolve(import.meta.dirname, "../../.mullion/bench-sessions"),
    build: false,
    shells: 3,
    print: say,
    overrides: { gateway: { RATE_LIMIT_PER_SUBJECT: "1000000000", LOG_LEVEL: "warn" } },
  });
  const records = await openSessionRecords(platform);
  try {
    return await measure({ platform, records, say });
  } finally {
    await records.close();
    await platform.stop();
  }
}

/** Signs the demo member in at the shell and returns the session id. */
export async function signIn({ platform }: SessionContext): Promise<string> {
  const account = platform.accounts.find(({ roles }) => roles.includes("member"));
  if (account === undefined) throw new Error("the platform has no member");
  return sessionOf(platform, account);
}

/** What the browser of a session sends with a BFF call. */
export function headersOf(sessionId: string): Record<string, string> {
  return { cookie: `__Host-mullion.sid=${sessionId}`, "x-mullion-csrf": "1" };
}

/** Status of a BFF read at one front. */
export async function readProfile(
  { platform }: SessionContext,
  front: Front,
  sessionId: string,
): Promise<number> {
  const { statusCode, body } = await request(`${platform.url(front)}/api/bff/profile/me`, {
    headers: headersOf(sessionId),
    dispatcher: connections,
  });
  await body.dump();
  return statusCode;
}
