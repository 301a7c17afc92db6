import { use } from "react";
import useSWR from "swr";
import type { ZodType } from "zod";
import { parseData } from "./bff-fetch.ts";
import type { BffError } from "./errors.ts";
import { RemoteContext } from "./session-context.ts";
import { useSessionLife } from "./use-session.ts";

/** What `useBff` returns. */
export interface BffState<T> {
  readonly data: T | undefined;
  readonly error: BffError | undefined;
  /** No data yet and a request under way. */
  readonly isLoading: boolean;
  /** A request under way, with or without data. */
  readonly isValidating: boolean;
  /** Asks again now. */
  refresh(): Promise<void>;
  /** Shows newer data that came another way, e.g. with an event, to everybody who reads this path. */
  replace(data: T): void;
}

interface BffOptions {
  /** Ask again every so many milliseconds while the page is visible. 0: never. */
  readonly refreshIntervalMs?: number;
}

/**
 * Reads from the platform's API through the shell's BFF. On the server and at first paint the data comes with the
 * page when the remote's manifest lists `path` under `data`.
 * @param path path of the API with its query, e.g. `/insights/summary?days=7`
 * @param schema contract the answer must meet
 */
export function useBff<T>(path: string, schema: ZodType<T>, options: BffOptions = {}): BffState<T> {
  const { client } = useSessionLife();
  const remote = use(RemoteContext);
  const { data, error, isLoading, isValidating, mutate } = useSWR<T, BffError>(
    path,
    async (key: string) =>
      parseData(schema, await client.request({ method: "GET", path: key, remote }, false)),
    { refreshInterval: options.refreshIntervalMs ?? 0, keepPreviousData: true },
  );
  return {
    data,
    error,
    isLoading,
    isValidating,
    refresh: async () => {
      await mutate();
    },
    replace: (newer) => {
      void mutate(newer, { revalidate: false });
    },
  };
}
