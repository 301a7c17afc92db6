import { revokedChannel } from "./keys.ts";
import type { SessionHandle } from "./record.ts";
import { connectSubscriber } from "./redis.ts";

/** Who wants to hear of ended sessions. */
export interface RevocationListener {
  onRevoked(handle: SessionHandle): void;
  /** The connection had been lost: sessions may have ended unheard. */
  onGap(): void;
  onError(error: Error): void;
}

/** Follows the sessions that any front ends, until it is closed. Expiry is not announced. */
export function followRevocations(url: string, listener: RevocationListener): { close(): void } {
  const subscriber = connectSubscriber(url, {
    onError: (error) => {
      listener.onError(error);
    },
    onReconnect: () => {
      listener.onGap();
    },
  });
  subscriber.on("message", (_channel: string, handle: string) => {
    listener.onRevoked(handle);
  });
  subscriber.subscribe(revokedChannel).catch((error: unknown) => {
    listener.onError(error instanceof Error ? error : new Error(String(error)));
  });
  return {
    close: () => {
      subscriber.disconnect();
    },
  };
}
