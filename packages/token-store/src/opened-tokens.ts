import type { SessionHandle, TokenSet } from "./record.ts";

/** Token sets that were opened lately, each with the sealed text it came from. */
export interface OpenedTokens {
  /** The set that this very text opened to, in this session; undefined when that is not known. */
  find(handle: SessionHandle, sealed: string): TokenSet | undefined;
  /** Remembers a set; from now on it cannot be changed. */
  keep(handle: SessionHandle, sealed: string, tokens: TokenSet): void;
  /** Lets go of an ended session's tokens. */
  forget(handle: SessionHandle): void;
}

// About 5 KB each.
const mostSessions = 2_000;

/**
 * Creates the memory. Redis is asked for every request as before: what is spared is to decrypt and check the same
 * text again. A record that was altered, moved or written anew is another text, or another session's, and is opened.
 */
export function createOpenedTokens(limit = mostSessions): OpenedTokens {
  const opened = new Map<SessionHandle, { readonly sealed: string; readonly tokens: TokenSet }>();
  return {
    find(handle, sealed) {
      const entry = opened.get(handle);
      return entry?.sealed === sealed ? entry.tokens : undefined;
    },
    keep(handle, sealed, tokens) {
      for (const token of Object.values(tokens.access)) Object.freeze(token);
      Object.freeze(tokens.access);
      opened.set(handle, { sealed, tokens: Object.freeze(tokens) });
      const [oldest] = opened.keys();
      if (opened.size > limit && oldest !== undefined) opened.delete(oldest);
    },
    forget(handle) {
      opened.delete(handle);
    },
  };
}
