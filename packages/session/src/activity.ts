/** How long after the last sign of a person a request still counts as theirs, in milliseconds. */
const activeWithinMs = 60_000;

/** Signs of a person are looked at this often at most, in milliseconds: a moving pointer fires hundreds a second. */
const noticedEveryMs = 1_000;

// `scroll` is not among them: pages scroll by themselves too, and what people scroll with is.
const signs = ["pointerdown", "pointermove", "keydown", "touchstart", "touchmove", "wheel"] as const;

/** Whether a person is at this browser. */
export interface Activity {
  /** Starts watching this tab; returns what ends it. */
  start(): () => void;
  /** Another tab saw a sign at `at`, milliseconds of the machine's clock. */
  note(at: number): void;
  /** Somebody did something in the last minute, in this tab or another. */
  isActive(): boolean;
}

/** Watches for signs of a person. `onSign` hears of those in this tab, once a second at most. */
export function createActivity(onSign: (at: number) => void): Activity {
  let lastAt = Number.NEGATIVE_INFINITY;
  let lastNoticedAt = Number.NEGATIVE_INFINITY;

  const notice = (): void => {
    const now = Date.now();
    if (now - lastNoticedAt < noticedEveryMs) return;
    lastNoticedAt = now;
    lastAt = now;
    onSign(now);
  };
  const onVisibility = (): void => {
    if (document.visibilityState === "visible") notice();
  };
  return {
    start: () => {
      const options = { capture: true, passive: true };
      for (const sign of signs) window.addEventListener(sign, notice, options);
      document.addEventListener("visibilitychange", onVisibility);
      // Whoever opened the page is there.
      if (document.visibilityState === "visible") lastAt = Date.now();
      return () => {
        for (const sign of signs) window.removeEventListener(sign, notice, options);
        document.removeEventListener("visibilitychange", onVisibility);
      };
    },
    note: (at) => {
      lastAt = Math.max(lastAt, Math.min(at, Date.now()));
    },
    isActive: () => Date.now() - lastAt < activeWithinMs,
  };
}
