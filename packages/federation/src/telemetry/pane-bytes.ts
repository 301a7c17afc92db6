import type { ReleaseDescriptor } from "../descriptor.ts";

const countedUntil = new Map<string, number>();

/**
 * Bytes that came over the network for a version since this was asked last; null when nothing of it was loaded. Artifact hosts
 * allow the page to see sizes (`Timing-Allow-Origin`); those that do not count as zero.
 */
export function bytesOf({ container, bases }: ReleaseDescriptor): number | null {
  const since = countedUntil.get(container) ?? -1;
  const entries = performance
    .getEntriesByType("resource")
    .filter((entry) => entry instanceof PerformanceResourceTiming)
    .filter(({ name, startTime }) => startTime > since && bases.some((base) => name.startsWith(base)));
  if (entries.length === 0) return null;
  countedUntil.set(container, Math.max(...entries.map(({ startTime }) => startTime)));
  return entries.reduce((sum, { transferSize }) => sum + transferSize, 0);
}
