/** What a version cost this page so far. */
export interface Transfer {
  readonly files: number;
  /** Over the network; what came from the cache counts nothing. */
  readonly bytes: number;
  /** When its last file was there, in milliseconds since the page began; null when nothing was loaded. */
  readonly endMs: number | null;
}

/** Adds up what the browser measured of a version's files (Resource Timing). */
export function transferOf({
  remote,
  version,
}: {
  readonly remote: string;
  readonly version: string;
}): Transfer {
  const entries = performance
    .getEntriesByType("resource")
    .filter((entry) => entry instanceof PerformanceResourceTiming)
    .filter(({ name }) => new URL(name).pathname.includes(`/${remote}/${version}/`));
  return {
    files: entries.length,
    bytes: entries.reduce((sum, { transferSize }) => sum + transferSize, 0),
    endMs: entries.length === 0 ? null : Math.max(...entries.map(({ responseEnd }) => responseEnd)),
  };
}
