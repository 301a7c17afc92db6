import { randomUUID } from "node:crypto";
import type { EventBatch, PlatformEvent } from "@mullion/contracts";
import type { Logger } from "pino";
import { type Destination, deliver } from "./deliver.ts";
import { EventsError } from "./errors.ts";

/** What `createEventSink` needs. `source` is the emitting app's name. */
export interface EventSinkOptions extends Destination {
  source: string;
  logger: Pick<Logger, "warn" | "error">;
  /** How long the first event waits for others, in milliseconds; 500 when not given. */
  delayMs?: number;
  /** First pause after a failure, in milliseconds, doubled up to 30 s; 500 when not given. */
  retryMs?: number;
  /** Most events kept while nobody takes them; 10 000 when not given. */
  maxBuffered?: number;
}

/** Takes events and delivers them in the background. */
export interface EventSink {
  /** Never waits and never throws. When the buffer is full the oldest event gives way. */
  emit(event: PlatformEvent): void;
  /** Stops the timers and tries once more to deliver what is left. */
  close(): Promise<void>;
}

const maxBatch = 1000;
const maxRetryMs = 30_000;

/**
 * Collects events and posts them in batches to `POST {url}/insights/events`. A failed batch is sent again under the same
 * id, so that it counts once even when only the answer was lost.
 */
export function createEventSink(options: EventSinkOptions): EventSink {
  const { source, logger, delayMs = 500, retryMs = 500, maxBuffered = 10_000 } = options;
  const buffer: PlatformEvent[] = [];
  let batch: EventBatch | undefined;
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;
  let dropped = 0;
  let failures = 0;
  let closed = false;

  function schedule(ms: number): void {
    if (timer !== undefined || closed) return;
    timer = setTimeout(() => {
      timer = undefined;
      void flush();
    }, ms);
    // An exporter must not keep its process alive.
    timer.unref();
  }

  async function sendOne(): Promise<void> {
    const current = batch ?? { id: randomUUID(), source, events: buffer.splice(0, maxBatch) };
    batch = current;
    try {
      await deliver(options, current);
      batch = undefined;
      failures = 0;
    } catch (error) {
      if (error instanceof EventsError && error.code === "refused") {
        logger.error(
          { err: error, batchId: current.id, events: current.events.length },
          "events refused, dropped",
        );
        batch = undefined;
        return;
      }
      failures += 1;
      if (failures === 1 || dropped > 0) logger.warn({ err: error, failures, dropped }, "events wait");
      dropped = 0;
    }
  }

  function flush(): Promise<void> {
    sending ??= sendOne().finally(() => {
      sending = undefined;
      if (batch === undefined && buffer.length === 0) return;
      schedule(failures === 0 ? 0 : Math.min(retryMs * 2 ** (failures - 1), maxRetryMs));
    });
    return sending;
  }

  return {
    emit(event) {
      if (closed) return;
      if (buffer.length >= maxBuffered) {
        buffer.shift();
        dropped += 1;
      }
      buffer.push(event);
      if (batch === undefined && sending === undefined) schedule(buffer.length >= maxBatch ? 0 : delayMs);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await sending;
      let progress = true;
      while (progress && (batch !== undefined || buffer.length > 0)) {
        await flush();
        progress = failures === 0;
      }
    },
  };
}
