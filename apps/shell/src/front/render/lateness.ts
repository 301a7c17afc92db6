/** Pages that were not answered in time. A remote can forge signs of life, also while it loops; it draws no page meanwhile. */
export interface Lateness {
  /**
   * A page is being answered: whatever kept the ones before, the process goes on. Returns the versions whose own pages, and
   * nobody else's, have been late too often.
   */
  answered(version: string | null): string[];
  /** One was not, in its time. Returns whether the process counts as stuck. */
  late(version: string | null): boolean;
  /** Versions of the pages that were late since one was answered: one of them may be what the process is stuck in. */
  versions(): ReadonlySet<string>;
}

/**
 * Counts for one process, which is stuck after so many late pages in a row, or one of a suspect: that is drawn to find out. A
 * version is, after as many between which others were answered.
 */
export function createLateness(most: number, isSuspect: (version: string) => boolean): Lateness {
  const versions = new Set<string>();
  const times = new Map<string, number>();
  let inRow = 0;

  const endRow = (): string[] => {
    inRow = 0;
    const found = [...versions].filter((version) => {
      const late = (times.get(version) ?? 0) + 1;
      times.set(version, late);
      return late >= most;
    });
    versions.clear();
    for (const version of found) times.delete(version);
    return found;
  };

  return {
    answered(version) {
      if (version !== null) {
        times.delete(version);
        versions.delete(version);
      }
      return endRow();
    },
    late(version) {
      inRow += 1;
      if (version !== null) versions.add(version);
      return inRow >= most || (version !== null && isSuspect(version));
    },
    versions: () => versions,
  };
}
