import type { PlacedRelease, PlacedVersion } from "@mullion/contracts";
import type { FastifyBaseLogger } from "fastify";
import { type ReleaseBook, versionKey } from "./release-book.ts";

/** Versions that are no longer live. */
export interface PastVersions {
  /** A version that the channel showed once; null when it did not, or when nobody can tell right now. */
  find(remote: string, version: string): Promise<PlacedRelease | null>;
}

/** What it takes to find them. */
export interface PastVersionsOptions {
  readonly book: ReleaseBook;
  /** Asks the registry. */
  readonly fetch: (remote: string, version: string) => Promise<PlacedVersion | null>;
  readonly log: Pick<FastifyBaseLogger, "warn">;
  readonly now?: () => number;
}

/** How long an answer that names no version is believed. */
const absentForMs = 30_000;
/** Browsers name the versions: what they make up must not become a flood at the registry, or of memory here. */
const atOnce = 8;
const rememberedAbsences = 1_000;

/** Looks among the channel's versions in the book first, then asks the registry, which answers for nothing else either. */
export function createPastVersions({ book, fetch, log, now = Date.now }: PastVersionsOptions): PastVersions {
  const absentUntil = new Map<string, number>();
  const asking = new Map<string, Promise<PlacedRelease | null>>();

  const ask = async (remote: string, version: string, key: string): Promise<PlacedRelease | null> => {
    try {
      const placed = await fetch(remote, version);
      if (placed !== null) return await book.verify(placed, "channel");
    } catch (error) {
      log.warn({ err: error, remote, version }, "a version that a visit is pinned to cannot be had");
    }
    if (absentUntil.size >= rememberedAbsences) absentUntil.clear();
    absentUntil.set(key, now() + absentForMs);
    return null;
  };

  return {
    async find(remote, version) {
      const known = book.find(remote, version);
      if (known !== undefined) return known;
      const key = versionKey(remote, version);
      if ((absentUntil.get(key) ?? 0) > now()) return null;
      const already = asking.get(key);
      if (already !== undefined) return already;
      if (asking.size >= atOnce) return null;
      const answer = ask(remote, version, key).finally(() => asking.delete(key));
      asking.set(key, answer);
      return answer;
    },
  };
}
