import type { RemoteDescriptor } from "./descriptor.ts";
import type { FederationErrorCode } from "./errors.ts";

/** What happened to a pane, as the pane itself sees it. */
export type PaneEvent =
  | {
      readonly kind: "shown";
      readonly remote: RemoteDescriptor;
      /** From asking for it until it was on the page; null where the server drew it. */
      readonly loadMs: number | null;
      /** When, on the clock of `performance`. */
      readonly at: number;
      /** It belongs to the page that the server sent. */
      readonly isFirst: boolean;
    }
  | { readonly kind: "failed"; readonly remote: RemoteDescriptor; readonly code: FederationErrorCode };

type Listener = (event: PaneEvent) => void;

/** Events that nobody heard yet: telemetry starts when the page is idle. */
const waiting: PaneEvent[] = [];
const mostWaiting = 50;
let listener: Listener | null = null;

/** Says what happened to a pane. */
export function emitPaneEvent(event: PaneEvent): void {
  if (typeof window === "undefined") return;
  if (listener !== null) listener(event);
  else if (waiting.length < mostWaiting) waiting.push(event);
}

/** Hears of everything that happened to panes so far, and from now on. There is one listener. */
export function onPaneEvent(next: Listener): void {
  listener = next;
  for (const event of waiting.splice(0)) next(event);
}
