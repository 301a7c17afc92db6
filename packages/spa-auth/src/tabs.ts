import type { SpaSession } from "@mullion/contracts/spa-session";
import type { SignOutReason } from "./auth-state.ts";

/** What one tab tells the others of the same origin. */
export type TabMessage =
  | { readonly type: "session"; readonly session: SpaSession; readonly expiresAt: number }
  | { readonly type: "signed-out"; readonly reason: SignOutReason }
  | { readonly type: "activity"; readonly at: number };

/** The other tabs of the application. */
export interface Tabs {
  post(message: TabMessage): void;
  /**
   * Runs `work` while no other tab runs its own. What a tab that went before has to say arrives within a moment after:
   * `work` is begun then, or when something arrives.
   */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  close(): void;
}

const latestMessageMs = 250;

/** Opens the channel to the other tabs. Browsers without BroadcastChannel or Web Locks get tabs on their own. */
export function openTabs(name: string, onMessage: (message: TabMessage) => void): Tabs {
  const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(name) : undefined;
  let heard: (() => void) | undefined;
  if (channel !== undefined) {
    channel.onmessage = ({ data }: MessageEvent<TabMessage>) => {
      onMessage(data);
      if (data.type !== "activity") heard?.();
    };
  }
  return {
    post: (message) => channel?.postMessage(message),
    async exclusively(work) {
      const { locks } = navigator as Partial<Navigator>;
      if (locks === undefined) return work();
      const [done, result] = await locks.request(name, { ifAvailable: true }, async (lock) =>
        lock === null ? ([false, undefined] as const) : ([true, await work()] as const),
      );
      if (done) return result;
      const message = new Promise<void>((resolve) => {
        heard = resolve;
      });
      return locks.request(name, async () => {
        // The lock and the message come by different ways: the message may be the later one.
        await Promise.race([message, new Promise((resolve) => setTimeout(resolve, latestMessageMs))]);
        return work();
      });
    },
    close: () => channel?.close(),
  };
}
