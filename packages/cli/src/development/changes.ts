import type { ServerResponse } from "node:http";
import { z } from "zod";

/** What the build of a remote in development says of itself (`packages/federation`, `ReportBuilds`). */
export const buildReportSchema = z.discriminatedUnion("state", [
  z.object({ state: z.literal("building") }),
  z.object({ state: z.literal("built"), build: z.string() }),
  z.object({ state: z.literal("failed"), errors: z.array(z.string()) }),
]);
export type BuildReport = z.infer<typeof buildReportSchema>;

/** How the build goes, for pages that show it. */
export interface Changes {
  /** Takes the next report. */
  publish(report: BuildReport): void;
  /** Answers with a stream of server-sent events: how it is now, then every change. */
  follow(response: ServerResponse): void;
  close(): void;
}

/** Creates one; until the first report the build is under way. */
export function createChanges(onReport: (report: BuildReport) => void): Changes {
  const followers = new Set<ServerResponse>();
  let latest: BuildReport = { state: "building" };
  const send = (response: ServerResponse): void => {
    response.write(`data: ${JSON.stringify(latest)}\n\n`);
  };
  return {
    publish(report) {
      latest = report;
      for (const follower of followers) send(follower);
      onReport(report);
    },
    follow(response) {
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
      send(response);
      followers.add(response);
      response.once("close", () => followers.delete(response));
    },
    close() {
      for (const follower of followers) follower.end();
    },
  };
}
