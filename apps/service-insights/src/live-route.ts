import { Readable } from "node:stream";
import type { HealthReport } from "@mullion/contracts";
import type { FastifyInstance } from "fastify";
import type { HealthWatch } from "./health-watch.ts";

/** What the event stream needs. */
export interface LiveOptions {
  watch: HealthWatch;
  /** Between two comments that keep the connection open, in milliseconds. */
  heartbeatMs: number;
}

/** Resolves at the first of: `wake` called, time over, `signal` aborted. */
function createPause(signal: AbortSignal) {
  let release: (() => void) | undefined;
  const wake = (): void => release?.();
  signal.addEventListener("abort", wake, { once: true });
  return {
    wake,
    async wait(ms: number): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const timer = setTimeout(resolve, ms, undefined);
      release = () => {
        resolve(undefined);
      };
      if (signal.aborted) release();
      await promise;
      clearTimeout(timer);
      release = undefined;
    },
  };
}

/** The stream's text. A reader that falls behind gets the newest state, not every one in between. */
async function* healthEvents(
  { watch, heartbeatMs }: LiveOptions,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const pause = createPause(signal);
  let newest: HealthReport | undefined;
  const unsubscribe = watch.subscribe((report) => {
    newest = report;
    pause.wake();
  });
  try {
    while (!signal.aborted) {
      if (newest === undefined) await pause.wait(heartbeatMs);
      const report: HealthReport | undefined = newest;
      newest = undefined;
      yield report === undefined ? ": \n\n" : `event: health\ndata: ${JSON.stringify(report)}\n\n`;
    }
  } finally {
    unsubscribe();
  }
}

/**
 * `GET /insights/live` (scope `insights:read`): server-sent events. An event `health` with the state as it is and then
 * at each change, and a comment now and then in between.
 */
export async function liveRoute(app: FastifyInstance, options: LiveOptions): Promise<void> {
  const closing = new AbortController();
  app.addHook("preClose", async () => {
    closing.abort();
  });
  app.get("/insights/live", { onRequest: app.requireScope("insights:read") }, async (_request, reply) => {
    const left = new AbortController();
    reply.raw.once("close", () => {
      left.abort();
    });
    const signal = AbortSignal.any([closing.signal, left.signal]);
    return reply.type("text/event-stream").send(Readable.from(healthEvents(options, signal)));
  });
}
