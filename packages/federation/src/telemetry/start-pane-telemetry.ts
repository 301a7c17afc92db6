let current = "";
let isStarted = false;

/** Longest time that the start waits for an idle moment, in milliseconds. */
const idleWithinMs = 5_000;

/**
 * Reports what happens to panes (shown, failed, errors, web vitals, bytes) to the shell, under the composition of the visit. Call
 * it from an effect, again whenever the composition changes. Everything else is loaded once the page is idle.
 */
export function startPaneTelemetry({ composition }: { readonly composition: string }): void {
  current = composition;
  if (isStarted) return;
  isStarted = true;
  const load = (): void => {
    void import("./report-panes.ts").then(({ reportPanes }) => {
      reportPanes(() => current);
    });
  };
  // Safari has no idle callbacks.
  if ("requestIdleCallback" in window) window.requestIdleCallback(load, { timeout: idleWithinMs });
  else setTimeout(load, 1_000);
}
