import { useEffect, useEffectEvent, useState } from "react";
import type { ZodType } from "zod";
import { parseData } from "./bff-fetch.ts";
import { connectSocket } from "./bff-socket.ts";
import { BffError } from "./errors.ts";
import { keepConnected, type StreamStatus } from "./reconnect.ts";
import { useSession, useSessionLife } from "./use-session.ts";

interface BffSocketOptions<T> {
  /** Contract of each message, which is JSON. */
  readonly schema: ZodType<T>;
  readonly onMessage: (message: T) => void;
}

/** What `useBffSocket` returns. */
export interface BffSocket {
  readonly status: StreamStatus;
  /** What went wrong last; undefined once the socket is open. */
  readonly error: BffError | undefined;
}

/**
 * Listens to a WebSocket of the platform's API through the shell's BFF. Reconnects by itself; stops when the session is
 * over. Never prolongs the session. A browser lets no page see why a socket was refused: a reason that stays shows as
 * one attempt after the other, each later than the last.
 * @param path path of the API; null to close the socket
 */
export function useBffSocket<T>(path: string | null, options: BffSocketOptions<T>): BffSocket {
  const life = useSessionLife();
  const { session } = useSession();
  const [state, setState] = useState<BffSocket>({ status: "connecting", error: undefined });
  const wanted = path !== null && session !== null;

  const deliver = useEffectEvent((text: string): void => {
    try {
      options.onMessage(parseData(options.schema, JSON.parse(text)));
    } catch (cause) {
      const message = "A message does not match its contract.";
      setState((current) => ({
        ...current,
        error: new BffError({ status: 0, code: "bad_response", message }, { cause }),
      }));
    }
  });

  useEffect(() => {
    if (!wanted) return;
    const aborted = new AbortController();
    const { signal } = aborted;
    void keepConnected({
      signal,
      onStatus: (status, error) => {
        setState({ status, error });
      },
      connect: async (onOpen) => {
        try {
          await connectSocket({ path, signal, onOpen, onMessage: deliver });
        } finally {
          // It may have been closed because the session is over, and a refused handshake tells nothing.
          if (!signal.aborted) await life.check();
        }
      },
    });
    return () => {
      aborted.abort();
      setState({ status: "connecting", error: undefined });
    };
  }, [wanted, path, life]);

  return wanted ? state : { status: "closed", error: undefined };
}
