import { csrfHeader, type PaneSignal, type PlatformEvent, type SessionView } from "@mullion/contracts";
import { createHttpService, createLogger } from "@mullion/http-service";
import type { FastifyInstance } from "fastify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Composition, emptyComposition } from "../composition/composition.ts";
import type { ActiveOverride } from "../override/active-override.ts";
import { noOverrides } from "../override/overrides.ts";
import { testRelease } from "../page/test-release.ts";
import { createPaneTelemetry } from "./pane-telemetry.ts";
import { telemetryPlugin } from "./plugin.ts";
import { createReportLimits } from "./report-limits.ts";

const log = createLogger({ name: "test", level: "silent" });
const origin = "http://shell.test";
const view: SessionView = {
  user: { id: "vera", name: "Vera", email: "vera@mullion.test" },
  roles: ["member"],
  expiresAt: "2030-01-01T00:00:00.000Z",
  idleExpiresAt: "2029-12-31T12:00:00.000Z",
};
const now = Date.parse("2026-06-01T12:00:00Z");

const composition: Composition = {
  ...emptyComposition(),
  mayHaveShown: async (_view, remote, version) => remote === "billing" && version === "1.0.0-aaaaaa",
};

let app: FastifyInstance;
let events: PlatformEvent[];
let sessionId: string | null;
let userId: string;
let active: ActiveOverride[];

beforeEach(async () => {
  events = [];
  active = [];
  sessionId = "s".repeat(43);
  userId = view.user.id;
  app = createHttpService({ name: "test", logger: log });
  await app.register(telemetryPlugin, {
    ...{ origin, composition, limits: createReportLimits(20) },
    overrides: { ...noOverrides(), activeFor: async () => active },
    telemetry: createPaneTelemetry({
      channel: "preview",
      emit: (event) => events.push(event),
      log,
      now: () => now,
    }),
    sessions: {
      read: async () => ({
        sessionId,
        view: sessionId === null ? null : { ...view, user: { ...view.user, id: userId } },
      }),
      use: async () => undefined,
    },
  });
});
afterEach(async () => app.close());

const failed = (change: Partial<PaneSignal> = {}): PaneSignal =>
  ({
    ...{ kind: "failed", side: "browser", code: "remote_unavailable" },
    ...{ remote: "billing", version: "1.0.0-aaaaaa", composition: "c1" },
    ...change,
  }) as PaneSignal;

async function report(body: unknown, headers: Record<string, string> = { [csrfHeader]: "1" }) {
  return app.inject({
    ...{ method: "POST", url: "/api/telemetry", payload: JSON.stringify(body) },
    headers: { "content-type": "application/json", origin, ...headers },
  });
}

describe("reports about panes", () => {
  it("P18 are sent on with the server's time", async () => {
    expect((await report({ signals: [failed()] })).statusCode).toBe(204);
    expect(events).toEqual([
      { type: "pane", at: "2026-06-01T12:00:00.000Z", channel: "preview", signal: failed() },
    ]);
  });

  it("P7 of versions that the person cannot have seen are ignored", async () => {
    const signals = [failed({ version: "1.0.0-bbbbbb" }), failed({ remote: "admin" }), failed()];
    expect((await report({ signals })).statusCode).toBe(204);
    expect(events).toHaveLength(1);
  });

  it("P7 of a build that an override shows are ignored", async () => {
    const release = testRelease({ name: "billing", path: "/billing" });
    active = [{ id: "o", expiresAt: view.expiresAt, content: { kind: "version", release } }];
    expect((await report({ signals: [failed()] })).statusCode).toBe(204);
    expect(events).toEqual([]);
  });

  it("are refused without a session, from another site, without the header, and in another shape", async () => {
    expect((await report({ signals: [failed()] }, {})).statusCode).toBe(403);
    const foreign = { [csrfHeader]: "1", origin: "https://evil.test" };
    expect((await report({ signals: [failed()] }, foreign)).statusCode).toBe(403);
    expect((await report({ signals: [{ ...failed(), at: "2020-01-01" }] })).statusCode).toBe(400);
    expect((await report({ signals: Array(51).fill(failed()) })).statusCode).toBe(400);
    expect((await report({ signals: [failed()], padding: "x".repeat(20_000) })).statusCode).toBe(413);
    sessionId = null;
    expect((await report({ signals: [failed()] })).statusCode).toBe(401);
    expect(events).toEqual([]);
  });

  it("P7 one person tells no more than their share, whatever the number of sessions; others are heard", async () => {
    const twenty = { signals: Array.from({ length: 20 }, () => failed()) };
    expect((await report(twenty)).statusCode).toBe(204);
    const refused = await report({ signals: [failed()] });
    expect(refused.statusCode).toBe(429);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    sessionId = "t".repeat(43);
    expect((await report(twenty)).statusCode).toBe(429);
    userId = "wim";
    expect((await report(twenty)).statusCode).toBe(204);
    expect(events).toHaveLength(40);
  });
});

describe("what front itself reports", () => {
  it("SEC-52 a failure to load just after altered bytes were seen says so", () => {
    const telemetry = createPaneTelemetry({
      channel: "preview",
      emit: (event) => events.push(event),
      log,
      now: () => now,
    });
    const failure = {
      remote: "billing",
      version: "1.0.0-aaaaaa",
      composition: "c1",
      code: "remote_unavailable",
    };
    telemetry.failedOnServer(failure);
    telemetry.tampered("billing", "1.0.0-aaaaaa", "http://files.test/x.js");
    telemetry.failedOnServer(failure);
    telemetry.refused("wiki", "1.0.0-bbbbbb", "signature_invalid");
    expect(
      events.map((event) =>
        event.type === "pane" && event.signal.kind === "failed" ? event.signal.code : "",
      ),
    ).toEqual(["remote_unavailable", "integrity_mismatch", "version_refused"]);
  });
});
