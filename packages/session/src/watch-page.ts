interface PageWatcher {
  /** Somebody looks at the tab again. */
  readonly onReturn: () => void;
  /** The browser shows a page that it had kept whole, with data of a session that may be long gone. */
  readonly onRestored: () => void;
}

/** Watches the page come back into view. Returns what ends that. */
export function watchPage({ onReturn, onRestored }: PageWatcher): () => void {
  const onVisibility = (): void => {
    if (document.visibilityState === "visible") onReturn();
  };
  const onPageShow = ({ persisted }: PageTransitionEvent): void => {
    if (persisted) onRestored();
  };
  document.addEventListener("visibilitychange", onVisibility);
  window.addEventListener("pageshow", onPageShow);
  return () => {
    document.removeEventListener("visibilitychange", onVisibility);
    window.removeEventListener("pageshow", onPageShow);
  };
}
