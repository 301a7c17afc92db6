import type { Platform } from "@mullion/local";
import { openRecords, type Records } from "./records.ts";

interface WithPlatform {
  readonly platform: Platform;
}

async function useRecords(
  { platform }: WithPlatform,
  use: (records: Records) => Promise<void>,
): Promise<void> {
  const records = await openRecords(platform);
  await use(records);
  await records.close();
}

/** The records of a worker's platform, as a fixture of any of the suites. */
export const recordsFixture: [typeof useRecords, { scope: "worker" }] = [useRecords, { scope: "worker" }];
