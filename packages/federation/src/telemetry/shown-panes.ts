import type { ReleaseDescriptor } from "../descriptor.ts";

/** Which pane was on the page when. */
export interface ShownPanes {
  /** `isFirst`: it belongs to the page that the server sent. */
  add(remote: ReleaseDescriptor, at: number, isFirst: boolean): void;
  /** The pane of the page that the server sent; null when that was another kind of page. */
  first(): ReleaseDescriptor | null;
  at(time: number): ReleaseDescriptor | null;
}

/** Most panes that are remembered; a page that lives for days shows many. */
const mostRemembered = 100;

/** Creates the memory of a page. */
export function createShownPanes(): ShownPanes {
  const shown: { readonly remote: ReleaseDescriptor; readonly at: number }[] = [];
  let first: ReleaseDescriptor | null = null;
  return {
    add(remote, at, isFirst) {
      if (isFirst) first ??= remote;
      shown.push({ remote, at });
      if (shown.length > mostRemembered) shown.shift();
    },
    first: () => first,
    // What happens before a page is alive happens to its first pane.
    at: (time) => (shown.findLast(({ at }) => at <= time) ?? shown[0])?.remote ?? null,
  };
}
