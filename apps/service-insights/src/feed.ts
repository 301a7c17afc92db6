import type { EventBatch, FeedMessage, PlatformEvent } from "@mullion/contracts";

/** Tells everybody who follows the feed of each event as it is counted. */
export interface Feed {
  publish(batch: EventBatch): void;
  /** Calls back with each message, as JSON. Returns what ends it. */
  subscribe(listener: (message: string) => void): () => void;
}

/** Null for what is only counted: panes report too often to be watched one by one. */
function toMessage(source: string, event: PlatformEvent): FeedMessage | null {
  if (event.type === "pane") return null;
  if (event.type === "requests") return { ...event, source };
  const { type, at, outcome } = event;
  return { type, at, outcome, source };
}

/** A feed of what this instance counts. */
export function createFeed(): Feed {
  const listeners = new Set<(message: string) => void>();
  return {
    publish(batch) {
      if (listeners.size === 0) return;
      for (const event of batch.events) {
        const message = toMessage(batch.source, event);
        if (message === null) continue;
        const text = JSON.stringify(message);
        for (const listener of listeners) listener(text);
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
