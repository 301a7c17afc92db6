import type { EventBatch, FeedMessage, PlatformEvent } from "@mullion/contracts";

/** Tells everybody who follows the feed of each event as it is counted. */
export interface Feed {
  publish(batch: EventBatch): void;
  /** Calls back with each message, as JSON. Returns what ends it. */
  subscribe(listener: (message: string) => void): () => void;
}

function toMessage(source: string, event: PlatformEvent): FeedMessage {
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
        const message = JSON.stringify(toMessage(batch.source, event));
        for (const listener of listeners) listener(message);
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
