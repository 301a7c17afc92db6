import type { PaneSignal, PlatformEvent } from "@mullion/contracts";
import type { FastifyBaseLogger } from "fastify";
import { versionKey } from "../composition/release-book.ts";

/** What happens to panes, on its way to insights. */
export interface PaneTelemetry {
  /** Sends a signal on, as of now. */
  send(signal: PaneSignal): void;
  /** The server could not load a version for a page. */
  failedOnServer(failure: ServerFailure): void;
  /** Bytes of a version are not the ones that were signed. */
  tampered(remote: string, version: string, url: string): void;
  /** A version was not used because what signs it does not verify. */
  refused(remote: string, version: string, reason: string): void;
}

/** A version that a page could not be drawn with. */
export interface ServerFailure {
  readonly remote: string;
  readonly version: string;
  readonly composition: string;
  readonly code: string;
}

/** Where events and alerts go. */
export interface PaneTelemetryOptions {
  /** The channel that this front shows. */
  readonly channel: string;
  readonly emit: (event: PlatformEvent) => void;
  readonly log: Pick<FastifyBaseLogger, "error">;
  readonly now?: () => number;
}

/** So long a failure to load counts as the consequence of altered bytes. */
const tamperedForMs = 30_000;
const rememberedVersions = 200;

/** Creates the way to insights. Each alert is a line of the log with a stable `code`, and a signal beside it. */
export function createPaneTelemetry({
  channel,
  emit,
  log,
  now = Date.now,
}: PaneTelemetryOptions): PaneTelemetry {
  const tamperedAt = new Map<string, number>();

  const send = (signal: PaneSignal): void => {
    emit({ type: "pane", at: new Date(now()).toISOString(), channel, signal });
  };

  return {
    send,
    failedOnServer({ code, ...failure }) {
      const at = tamperedAt.get(versionKey(failure.remote, failure.version)) ?? 0;
      const cause = at + tamperedForMs > now() ? "integrity_mismatch" : code;
      send({ ...failure, kind: "failed", side: "server", code: cause });
    },
    tampered(remote, version, url) {
      log.error({ code: "artifact_tampered", remote, version, url }, "ALERT: a remote's file was altered");
      if (tamperedAt.size >= rememberedVersions) tamperedAt.clear();
      tamperedAt.set(versionKey(remote, version), now());
    },
    refused(remote, version, reason) {
      log.error(
        { code: "version_refused", reason, remote, version },
        "ALERT: a version does not verify and is not used",
      );
      send({ kind: "failed", side: "server", code: "version_refused", remote, version, composition: "none" });
    },
  };
}
