import { bffProblem, guardRequest } from "@mullion/bff";
import { type PaneSignal, paneReportSchema, type SessionView } from "@mullion/contracts";
import { ProblemError, parseBody } from "@mullion/http-service";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Composition } from "../composition/composition.ts";
import { manifestOf } from "../override/active-override.ts";
import type { Overrides } from "../override/overrides.ts";
import type { SessionReader } from "../session/session-reader.ts";
import type { PaneTelemetry } from "./pane-telemetry.ts";
import type { ReportLimits } from "./report-limits.ts";

/** What taking in the browsers' reports takes. */
export interface TelemetryPluginOptions {
  readonly origin: string;
  readonly sessions: SessionReader;
  readonly composition: Composition;
  readonly overrides: Overrides;
  readonly telemetry: PaneTelemetry;
  readonly limits: ReportLimits;
}

/** Fifty signals of the longest kind. */
const bodyLimit = 16_384;

/** Of a report what counts: versions that the rollout can have shown to this person, and that no override put there. */
async function credible(
  signals: readonly PaneSignal[],
  request: FastifyRequest,
  view: SessionView,
  { composition, overrides }: TelemetryPluginOptions,
): Promise<PaneSignal[]> {
  const active = await overrides.activeFor(request.headers, view.user.id);
  // Whoever tries a build under an override must not speak for or against it in a rollout.
  const overridden = new Set(active.map((override) => manifestOf(override).name));
  const checked = await Promise.all(
    signals.map(async (signal) => {
      const { remote, version } = signal;
      if (overridden.has(remote)) return [];
      return (await composition.mayHaveShown(view, remote, version)) ? [signal] : [];
    }),
  );
  return checked.flat();
}

/** Mounts `POST /api/telemetry`: what happened to panes in a browser. */
export function telemetryPlugin(
  app: FastifyInstance,
  options: TelemetryPluginOptions,
  done: () => void,
): void {
  const { origin, sessions, telemetry, limits } = options;
  app.post("/api/telemetry", { bodyLimit }, async (request, reply) => {
    guardRequest(request.headers, { id: "telemetry", accepts: ["application/json"] }, true, origin);
    const { signals } = parseBody(paneReportSchema, request.body);
    const { view } = await sessions.read(request);
    if (view === null) {
      throw bffProblem("no_session", { detail: "Panes are reported by whoever sees them." });
    }
    const waitSeconds = await limits.take(view.user.id, signals.length);
    if (waitSeconds > 0) {
      throw new ProblemError({
        ...{ status: 429, code: "too_many_signals", title: "Too many signals" },
        headers: { "retry-after": String(waitSeconds) },
      });
    }
    const counted = await credible(signals, request, view, options);
    for (const signal of counted) telemetry.send(signal);
    if (counted.length < signals.length) {
      request.log.info(
        { ignored: signals.length - counted.length },
        "signals of versions that were not shown",
      );
    }
    return reply.code(204).send();
  });
  done();
}
