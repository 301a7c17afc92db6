/** Finds out which version of a remote ends render processes, and keeps it from being drawn there for a while. */
export interface Blame {
  /**
   * A render process ended by itself. `underWay` were being drawn; `loaded` is everything it had loaded, oldest first.
   * Returns what is in quarantine from now on.
   */
  ended(underWay: ReadonlySet<string>, loaded: readonly string[]): string[];
  /** It keeps its own pages waiting. Returns what is in quarantine from now on. */
  hung(version: string): string[];
  /** A page of it was drawn to the end. */
  drawn(version: string): void;
  /** May have been the one: drawn one at a time, so that the next end is certain. */
  isSuspect(version: string): boolean;
  isQuarantined(version: string): boolean;
}

/** How often the process may end while nothing is drawn before the newest version is held to be the reason. */
const idleEnds = 2;

/**
 * Creates the book. Whatever was drawn alone, or again after it had been suspected, is in quarantine for `quarantineMs`.
 * When nothing was being drawn, the version that came last is: it is what changed.
 */
export function createBlame(quarantineMs: number, now = (): number => performance.now()): Blame {
  const suspects = new Set<string>();
  const quarantine = new Map<string, number>();
  const idle = new Map<string, number>();

  const isQuarantined = (version: string): boolean => {
    const until = quarantine.get(version);
    if (until === undefined) return false;
    if (until > now()) return true;
    quarantine.delete(version);
    return false;
  };
  const lock = (versions: readonly string[]): string[] => {
    for (const version of versions) {
      quarantine.set(version, now() + quarantineMs);
      suspects.delete(version);
      idle.delete(version);
    }
    return [...versions];
  };
  const endedIdle = (loaded: readonly string[]): string[] => {
    const newest = loaded.findLast((version) => !isQuarantined(version));
    if (newest === undefined) return [];
    const ends = (idle.get(newest) ?? 0) + 1;
    idle.set(newest, ends);
    return ends < idleEnds ? [] : lock([newest]);
  };

  return {
    ended(underWay, loaded) {
      const candidates = [...underWay].filter((version) => !isQuarantined(version));
      if (candidates.length === 0) return endedIdle(loaded);
      if (candidates.length === 1) return lock(candidates);
      const again = candidates.filter((version) => suspects.has(version));
      for (const version of candidates) suspects.add(version);
      return lock(again);
    },
    hung: (version) => (isQuarantined(version) ? [] : lock([version])),
    drawn(version) {
      suspects.delete(version);
    },
    isSuspect: (version) => suspects.has(version),
    isQuarantined,
  };
}
