import type { RemoteSources } from "../project/workspace.ts";
import type { BuildReport } from "./changes.ts";
import { freePort } from "./free-port.ts";
import { startNextDev } from "./next-dev.ts";
import { startDevelopmentServer } from "./server.ts";

/** What developing a remote takes. */
export interface DevelopOptions {
  readonly remote: RemoteSources;
  /** 0 for any that is free. */
  readonly port: number;
  /** Origin of the shell. */
  readonly shell: string;
  readonly onReport: (report: BuildReport) => void;
  /** Hears what `next dev` prints. */
  readonly onLine: (line: string) => void;
}

/** A remote that is being developed. */
export interface Development {
  /** Origin of its own page, and of its code for pages of the shell. */
  readonly url: string;
  /** Resolves with the first build, good or bad. Rejects when `next dev` ends. */
  readonly firstBuild: Promise<void>;
  /** Rejects when `next dev` ends by itself. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

/**
 * Starts `next dev` of a remote and the server in front of it.
 * @throws {CliError} `port_taken` or `build_missing`.
 */
export async function develop(options: DevelopOptions): Promise<Development> {
  const { remote, port, shell, onReport, onLine } = options;
  const nextPort = await freePort();
  const built = Promise.withResolvers<undefined>();
  const server = await startDevelopmentServer({
    port,
    next: `http://127.0.0.1:${String(nextPort)}`,
    shell,
    onReport: (report) => {
      if (report.state !== "building") built.resolve(undefined);
      onReport(report);
    },
  });
  try {
    const next = startNextDev({
      folder: remote.folder,
      port: nextPort,
      reportsUrl: server.reportsUrl,
      onLine,
    });
    return {
      url: server.url,
      firstBuild: Promise.race([built.promise, next.failed]),
      failed: next.failed,
      async stop() {
        await Promise.all([next.stop(), server.close()]);
      },
    };
  } catch (error) {
    await server.close();
    throw error;
  }
}
