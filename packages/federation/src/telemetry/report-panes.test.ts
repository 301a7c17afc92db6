import { type PaneSignal, paneReportSchema } from "@mullion/contracts";
import { beforeAll, beforeEach, expect, it, vi } from "vitest";
import type { ReleaseDescriptor } from "../descriptor.ts";
import { emitPaneEvent } from "../events.ts";
import { registerVersion } from "../loading/known-versions.ts";
import { reportPanes } from "./report-panes.ts";

const base = "https://files.test/artifacts/billing/1.0.0-abcdef/";
const billing: ReleaseDescriptor = {
  kind: "release",
  ...{ name: "billing", title: "Billing", version: "1.0.0-abcdef", container: "billing_abcdef" },
  ...{ expose: "./app", bases: [base], scripts: [], styles: [], hashes: null },
  entry: { path: "_next/static/chunks/remoteEntry.js", integrity: `sha384-${"A".repeat(64)}` },
};
const code = `${base}_next/static/chunks/app.js`;
const subject = { remote: "billing", version: "1.0.0-abcdef", composition: "c0ffee" };

const sent: PaneSignal[] = [];
const flushed = (): PaneSignal[] => {
  window.dispatchEvent(new Event("pagehide"));
  return sent.splice(0);
};
const shown = (loadMs: number | null, at: number): void => {
  emitPaneEvent({ kind: "shown", remote: billing, loadMs, at, isFirst: loadMs === null });
};

beforeEach(() => {
  vi.stubGlobal("fetch", async (_url: string, { body }: { readonly body: string }) => {
    sent.push(...paneReportSchema.parse(JSON.parse(body)).signals);
    return new Response(null, { status: 204 });
  });
});
beforeAll(() => {
  registerVersion(billing);
  // Before anybody listens: telemetry starts when the page is idle.
  shown(null, 5);
  reportPanes(() => "c0ffee");
});

it("P18 says what was shown before it listened, and after; without a load time where the server drew it", () => {
  shown(120.5, 40);
  expect(flushed()).toEqual([
    { ...subject, kind: "shown", loadMs: null, bytes: null },
    { ...subject, kind: "shown", loadMs: 120.5, bytes: null },
  ]);
});

it("P18 says why a pane failed", () => {
  emitPaneEvent({ kind: "failed", remote: billing, code: "integrity_mismatch" });
  expect(flushed()).toEqual([{ ...subject, kind: "failed", side: "browser", code: "integrity_mismatch" }]);
});

it("P18 an error that a remote's code did not catch counts once per pane shown; others' errors are not its own", () => {
  shown(1, 60);
  flushed();
  for (const filename of [code, code, "https://shell.test/_next/static/chunks/main.js"])
    window.dispatchEvent(new ErrorEvent("error", { filename, message: "boom" }));
  expect(flushed()).toEqual([{ ...subject, kind: "error" }]);
});

it("P18 a rejection that nobody handled is the remote's whose code is first in the stack", () => {
  shown(1, 80);
  flushed();
  const reason = Object.assign(new Error("boom"), { stack: `Error: boom\n    at load (${code}:1:20)` });
  window.dispatchEvent(Object.assign(new Event("unhandledrejection"), { reason }));
  expect(flushed()).toEqual([{ ...subject, kind: "error" }]);
});
