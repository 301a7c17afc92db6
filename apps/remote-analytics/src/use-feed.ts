import { type FeedMessage, feedMessageSchema } from "@mullion/contracts";
import { type BffSocket, useBffSocket } from "@mullion/session";
import { useReducer } from "react";

/** A message with a number of its own, in the order of arrival. */
export interface FeedItem {
  readonly number: number;
  readonly message: FeedMessage;
}

interface FeedState {
  /** Newest first. */
  readonly items: readonly FeedItem[];
  /** What was shown when it was paused; null while it is not. */
  readonly held: readonly FeedItem[] | null;
  readonly next: number;
}

type FeedAction = { readonly type: "arrived"; readonly message: FeedMessage } | { readonly type: "toggled" };

interface Feed {
  readonly status: BffSocket["status"];
  readonly items: readonly FeedItem[];
  readonly isPaused: boolean;
  /** How many messages have come since it was paused. */
  readonly waiting: number;
  toggle(): void;
}

const kept = 50;

function reduce(state: FeedState, action: FeedAction): FeedState {
  if (action.type === "toggled") return { ...state, held: state.held === null ? state.items : null };
  const item = { number: state.next, message: action.message };
  return { ...state, items: [item, ...state.items].slice(0, kept), next: state.next + 1 };
}

/** What happens on the platform, as it happens: the last 50 messages. Pausing holds the list still and misses nothing newer. */
export function useFeed(): Feed {
  const [{ items, held, next }, dispatch] = useReducer(reduce, { items: [], held: null, next: 0 });
  const { status } = useBffSocket("/insights/feed", {
    schema: feedMessageSchema,
    onMessage: (message) => {
      dispatch({ type: "arrived", message });
    },
  });
  return {
    status,
    items: held ?? items,
    isPaused: held !== null,
    waiting: held === null ? 0 : next - ((held[0]?.number ?? -1) + 1),
    toggle: () => {
      dispatch({ type: "toggled" });
    },
  };
}
