const leftAtKey = "mullion-left-at";
/** Two departures for sign-in within this time are a loop, in milliseconds. */
const loopWithinMs = 10_000;

/** The page that the session lives in, and the ways out of it. */
export interface BrowserPage {
  /** Path and query of the page, to come back to. */
  here(): string;
  isVisible(): boolean;
  assign(url: string): void;
  reload(): void;
  /**
   * Goes to sign-in by itself. Resolves to false where that must not be: the tab came from there a moment ago (it would
   * loop), or another tab is on its way (two sign-ins at once overwrite each other's cookies).
   */
  leave(url: string): Promise<boolean>;
}

/** Sent to sign-in, a person comes back to a new page: only storage of the tab can tell it that it was here already. */
function cameBackJustNow(): boolean {
  try {
    const leftAt = Number(sessionStorage.getItem(leftAtKey));
    const isLoop = Math.abs(Date.now() - leftAt) < loopWithinMs;
    if (isLoop) sessionStorage.removeItem(leftAtKey);
    else sessionStorage.setItem(leftAtKey, String(Date.now()));
    return isLoop;
  } catch {
    // Storage is switched off: a click then decides instead of a script.
    return true;
  }
}

function leave(url: string): Promise<boolean> {
  if (cameBackJustNow()) return Promise.resolve(false);
  if (!("locks" in navigator)) {
    // A page that is not secure, and older browsers: the risk is a second sign-in page, not a wrong one.
    window.location.assign(url);
    return Promise.resolve(true);
  }
  return new Promise((resolve) => {
    void navigator.locks.request("mullion-leave", { ifAvailable: true }, async (lock) => {
      resolve(lock !== null);
      if (lock === null) return;
      window.location.assign(url);
      // Held until the page is gone.
      await new Promise(() => undefined);
    });
  });
}

/** The page in this tab. */
export const browserPage: BrowserPage = {
  here: () => window.location.pathname + window.location.search,
  isVisible: () => document.visibilityState === "visible",
  assign: (url) => {
    window.location.assign(url);
  },
  reload: () => {
    window.location.reload();
  },
  leave,
};

/**
 * Where sign-in starts, to come back to `returnPath` afterwards.
 * @param reauthenticate ask for the credentials though identity may remember the person
 */
export function signInUrl(returnPath: string, reauthenticate = false): string {
  const query = new URLSearchParams({ callbackUrl: returnPath });
  if (reauthenticate) query.set("prompt", "login");
  return `/signin?${query.toString()}`;
}
