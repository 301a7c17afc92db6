import type { PaneSignal } from "@mullion/contracts";
import type { Metric } from "web-vitals";
import { onCLS, onFCP, onINP, onLCP, onTTFB } from "web-vitals";
import type { ReleaseDescriptor } from "../descriptor.ts";
import { onPaneEvent } from "../events.ts";
import { locate, remoteOf } from "../loading/known-versions.ts";
import { bytesOf } from "./pane-bytes.ts";
import { createShownPanes } from "./shown-panes.ts";
import { createSignalQueue } from "./signal-queue.ts";

const longestMs = 600_000;

/** Vitals of the document, and so of the pane that came with it; the others happen while any pane is there. */
const ofDocument: ReadonlySet<Metric["name"]> = new Set(["LCP", "FCP", "TTFB"]);

/** Which remote's code an uncaught error comes from, by the first file of its stack that belongs to one. */
function sourceOf(text: string): ReleaseDescriptor | null {
  for (const [url] of text.matchAll(/https?:\/\/[^\s()]+?\.js/g)) {
    const found = locate(url);
    if (found !== null) return remoteOf(found.container);
  }
  return null;
}

function stackOf(reason: unknown): string {
  return reason instanceof Error ? (reason.stack ?? "") : "";
}

/** Turns what panes say, what the browser measures and what nobody caught into signals, from now on. */
export function reportPanes(composition: () => string): void {
  const queue = createSignalQueue();
  const panes = createShownPanes();
  /** Panes with an error since they were shown: they count once. */
  const withError = new Set<string>();
  /** Vitals that came before the pane that they belong to. */
  let early: Metric[] | null = [];

  const pane = ({ name, version }: ReleaseDescriptor) => ({
    remote: name,
    version,
    composition: composition(),
  });
  const vital = (remote: ReleaseDescriptor | null, { name, value }: Metric): void => {
    if (remote !== null)
      queue.add({ ...pane(remote), kind: "vital", name, value: Math.min(value, longestMs) });
  };
  const report = (metric: Metric): void => {
    if (!ofDocument.has(metric.name)) {
      vital(panes.at(metric.entries.at(-1)?.startTime ?? performance.now()), metric);
    } else if (early === null) vital(panes.first(), metric);
    else early.push(metric);
  };
  const uncaught = (text: string): void => {
    const remote = sourceOf(text);
    if (remote === null || withError.has(remote.container)) return;
    withError.add(remote.container);
    queue.add({ ...pane(remote), kind: "error" });
  };

  onPaneEvent((event) => {
    const { remote } = event;
    if (remote.kind !== "release") return;
    if (event.kind === "failed") {
      queue.add({ ...pane(remote), kind: "failed", side: "browser", code: event.code });
      return;
    }
    withError.delete(remote.container);
    panes.add(remote, event.at, event.isFirst);
    const loadMs = event.loadMs === null ? null : Math.min(event.loadMs, longestMs);
    queue.add({ ...pane(remote), kind: "shown", loadMs, bytes: bytesOf(remote) } satisfies PaneSignal);
    for (const metric of early ?? []) vital(panes.first(), metric);
    early = null;
  });

  for (const measure of [onLCP, onINP, onCLS, onFCP, onTTFB]) measure(report);
  window.addEventListener("error", ({ filename, error }: ErrorEvent) => {
    uncaught(`${filename}\n${stackOf(error)}`);
  });
  window.addEventListener("unhandledrejection", ({ reason }: PromiseRejectionEvent) => {
    uncaught(stackOf(reason));
  });
  // After web-vitals' own listeners, which report their last values then.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") queue.flush();
  });
  window.addEventListener("pagehide", () => {
    queue.flush();
  });
}
