import { use, useEffect, useEffectEvent, useState } from "react";
import type { ZodType, z } from "zod";
import { parseData } from "./bff-fetch.ts";
import { BffError } from "./errors.ts";
import { readEvents } from "./event-stream.ts";
import { keepConnected, type StreamStatus } from "./reconnect.ts";
import { RemoteContext } from "./session-context.ts";
import { useSession, useSessionLife } from "./use-session.ts";
import { useVisible } from "./use-visible.ts";

type EventSchemas = Readonly<Record<string, ZodType>>;

/** An event of a stream: its name (`message` where it has none) and its data, as its schema has it. */
export type BffEvent<S extends EventSchemas> = {
  [Name in keyof S & string]: { readonly name: Name; readonly data: z.output<S[Name]>; readonly id: string };
}[keyof S & string];

interface BffEventsOptions<S extends EventSchemas> {
  /** Contract of the data of each event, by name. Events with other names are left out. */
  readonly events: S;
  readonly onEvent: (event: BffEvent<S>) => void;
}

/** What `useBffEvents` returns. */
export interface BffEvents {
  readonly status: StreamStatus;
  /** What went wrong last; undefined once the stream is open. */
  readonly error: BffError | undefined;
}

/**
 * Listens to server-sent events of the platform's API through the shell's BFF. Reconnects by itself, with the id of the
 * last event; stops when the session is over or the stream is refused. A tab that nobody sees does not listen: browsers
 * allow six connections to one host, over all tabs. Never prolongs the session.
 * @param path path of the API; null to listen to nothing
 */
export function useBffEvents<S extends EventSchemas>(
  path: string | null,
  { events, onEvent }: BffEventsOptions<S>,
): BffEvents {
  const { client } = useSessionLife();
  const { session } = useSession();
  const remote = use(RemoteContext);
  const [state, setState] = useState<BffEvents>({ status: "connecting", error: undefined });
  const isVisible = useVisible();
  const wanted = path !== null && session !== null && isVisible;

  const deliver = useEffectEvent((name: string, text: string, id: string): void => {
    const schema = events[name];
    if (schema === undefined) return;
    try {
      const data = parseData(schema, JSON.parse(text));
      // The pair of name and data is right by construction; TypeScript cannot follow the lookup.
      onEvent({ name, data, id } as BffEvent<S>);
    } catch (cause) {
      const message = `The event ${name} does not match its contract.`;
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
    let lastEventId = "";
    let retryMs: number | undefined;
    void keepConnected({
      signal,
      baseDelayMs: () => retryMs,
      onStatus: (status, error) => {
        setState({ status, error });
      },
      connect: async (onOpen) => {
        const response = await client.openStream({ path, remote, lastEventId, signal });
        onOpen();
        await readEvents(response, {
          onEvent: ({ event = "message", data, id }) => {
            if (id !== undefined) lastEventId = id;
            deliver(event, data, lastEventId);
          },
          onRetry: (delayMs) => {
            retryMs = delayMs;
          },
        });
      },
    });
    return () => {
      aborted.abort();
      setState({ status: "connecting", error: undefined });
    };
  }, [wanted, path, remote, client]);

  return path === null || session === null ? { status: "closed", error: undefined } : state;
}
