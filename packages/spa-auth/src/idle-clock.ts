/** When a person who does nothing is signed out. */
export interface IdleOptions {
  readonly seconds: number;
  /** How long before that the person is asked; 60 when not given. */
  readonly promptSeconds?: number;
}

/** Counts the time in which nobody did anything, in any tab. */
export interface IdleClock {
  /** Somebody did something, at this instant; answers the prompt. */
  note(at: number): void;
  stop(): void;
}

const signs = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;
const notedEveryMs = 1_000;

interface IdleEvents {
  /** Seen here, at most once a second. */
  onActivity(at: number): void;
  onPrompt(endsAt: number): void;
  onIdle(): void;
}

/** Starts to count. While the prompt is shown, a pointer that passes by is no answer: only `note` is. */
export function startIdleClock(
  options: IdleOptions,
  { onActivity, onPrompt, onIdle }: IdleEvents,
): IdleClock {
  const idleMs = options.seconds * 1_000;
  const promptMs = Math.min((options.promptSeconds ?? 60) * 1_000, idleMs);
  let lastAt = Date.now();
  let prompting = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  // By the clock and not by timers alone: those stand still while the machine sleeps.
  function check(): void {
    clearTimeout(timer);
    const leftMs = lastAt + idleMs - Date.now();
    if (leftMs <= 0) {
      stop();
      onIdle();
      return;
    }
    if (leftMs <= promptMs && !prompting) {
      prompting = true;
      onPrompt(lastAt + idleMs);
    }
    timer = setTimeout(check, prompting ? leftMs : leftMs - promptMs);
  }
  function note(at: number): void {
    if (at <= lastAt && !prompting) return;
    lastAt = Math.max(at, lastAt);
    prompting = false;
    check();
  }
  const onSign = (): void => {
    const now = Date.now();
    if (prompting || now - lastAt < notedEveryMs) return;
    note(now);
    onActivity(now);
  };
  function stop(): void {
    clearTimeout(timer);
    for (const sign of signs) removeEventListener(sign, onSign, true);
    document.removeEventListener("visibilitychange", check);
  }
  for (const sign of signs) addEventListener(sign, onSign, { capture: true, passive: true });
  document.addEventListener("visibilitychange", check);
  check();
  return { note, stop };
}
