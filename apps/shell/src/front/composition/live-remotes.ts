import type { Channel, ChannelRemote, PlacedRelease, PlacedVersion } from "@mullion/contracts";
import { type ReleaseBook, versionKey } from "./release-book.ts";

/** A version on trial, verified. */
interface LiveCanary {
  readonly release: PlacedRelease;
  readonly percent: number;
  readonly salt: string;
}

/** What a channel shows of one remote, verified. */
export interface LiveRemote {
  readonly remote: string;
  readonly stable: PlacedRelease;
  readonly canary: LiveCanary | null;
}

/** The release of a version that is live. */
export function liveRelease({ stable, canary }: LiveRemote, version: string): PlacedRelease | undefined {
  return [stable, ...(canary === null ? [] : [canary.release])].find(
    (release) => release.version === version,
  );
}

/** A channel as it may be used. */
export interface LiveChannel {
  readonly revision: number;
  readonly remotes: readonly LiveRemote[];
  /** `remote@version` that pinned visits must leave. */
  readonly withdrawn: ReadonlySet<string>;
}

async function verified(placed: PlacedVersion, book: ReleaseBook): Promise<PlacedRelease | null> {
  // Whatever is wrong with it: the book has recorded the alert, and the others of the channel are no worse for it.
  return book.verify(placed, "channel").catch(() => null);
}

/** What a channel is taken in with. */
interface Taking {
  readonly earlier: ReadonlyMap<string, LiveRemote>;
  /** `remote@version` of what must not go on: it was withdrawn, or its key revoked. */
  readonly over: ReadonlySet<string>;
  readonly book: ReleaseBook;
}

/** What goes on where the channel names nothing that verifies: the last good version, unless it is over. */
function lastGood(remote: string, { earlier, over }: Taking): PlacedRelease | undefined {
  const release = earlier.get(remote)?.stable;
  return release !== undefined && over.has(versionKey(remote, release.version)) ? undefined : release;
}

async function toLive({ remote, stable, canary }: ChannelRemote, taking: Taking): Promise<LiveRemote[]> {
  const { book } = taking;
  const [release, trial] = await Promise.all([
    verified(stable, book),
    canary === null ? null : verified(canary.release, book),
  ]);
  // A remote without a good version is not shown.
  const shown = release ?? lastGood(remote, taking);
  if (shown === undefined) return [];
  const isOnTrial = canary !== null && trial !== null;
  return [
    {
      remote,
      stable: shown,
      canary: isOnTrial ? { release: trial, percent: canary.percent, salt: canary.salt } : null,
    },
  ];
}

/**
 * Takes in what the registry says of a channel: of each remote the version it names, or the last one that verified and was
 * neither withdrawn since nor signed with a key that was revoked.
 */
export async function toLiveChannel(
  channel: Channel,
  before: LiveChannel | null,
  book: ReleaseBook,
): Promise<LiveChannel> {
  const earlier = new Map(before?.remotes.map((live) => [live.remote, live]));
  const withdrawn = new Set(channel.withdrawn);
  // Before anything is looked at: the list only takes away, so that whoever writes it can bring nothing in.
  const over = new Set([...withdrawn, ...book.revoke(new Set(channel.revoked))]);
  const remotes = await Promise.all(
    channel.remotes.map(async (remote) => toLive(remote, { earlier, over, book })),
  );
  return { revision: channel.revision, remotes: remotes.flat(), withdrawn };
}

/** The versions that a channel shows, stable and on trial. */
function liveReleases({ remotes }: LiveChannel): PlacedRelease[] {
  return remotes.flatMap(({ stable, canary }) => (canary === null ? [stable] : [stable, canary.release]));
}

/** Their keys. */
export function liveKeys(channel: LiveChannel): Set<string> {
  return new Set(liveReleases(channel).map(({ remote, version }) => versionKey(remote, version)));
}
