import { use, useState } from "react";
import { useSWRConfig } from "swr";
import type { ZodType } from "zod";
import { type BffRequest, parseData } from "./bff-fetch.ts";
import { BffError } from "./errors.ts";
import { RemoteContext } from "./session-context.ts";
import { useSessionLife } from "./use-session.ts";

/** One kind of write. */
export interface BffMutationOptions<TInput, TData, TAnswer = unknown> {
  readonly method: Exclude<BffRequest["method"], "GET">;
  readonly path: string | ((input: TInput) => string);
  /** Body sent for the input; the input itself when left out. */
  readonly toBody?: (input: TInput) => unknown;
  /** Contract of the answer, where it is looked at. */
  readonly schema?: ZodType<TAnswer>;
  /** Data shown as if the write had succeeded already; put back when it fails, asked for again when it is done. */
  readonly optimistic?: {
    readonly path: string;
    readonly update: (current: TData, input: TInput) => TData;
  };
}

/** What `useBffMutation` returns. */
export interface BffMutation<TInput, TAnswer = unknown> {
  /** Resolves to whether the write succeeded; `error` says why not. */
  run(input: TInput): Promise<boolean>;
  readonly isSaving: boolean;
  readonly error: BffError | undefined;
  /** What the last write was answered with; undefined before the first, and after one that failed. */
  readonly answer: TAnswer | undefined;
  /** Forgets the error and the answer. */
  reset(): void;
}

function toError(error: unknown): BffError {
  if (error instanceof BffError) return error;
  return new BffError({ status: 0, code: "unexpected", message: "Something went wrong." }, { cause: error });
}

/** Writes to the platform's API through the shell's BFF, with optimistic update and rollback. */
export function useBffMutation<TInput, TData = unknown, TAnswer = unknown>(
  options: BffMutationOptions<TInput, TData, TAnswer>,
): BffMutation<TInput, TAnswer> {
  const { mutate } = useSWRConfig();
  const { client } = useSessionLife();
  const remote = use(RemoteContext);
  const [pending, setPending] = useState(0);
  const [error, setError] = useState<BffError>();
  const [answer, setAnswer] = useState<TAnswer>();

  const send = async (input: TInput): Promise<void> => {
    const path = typeof options.path === "string" ? options.path : options.path(input);
    const body = options.toBody === undefined ? input : options.toBody(input);
    const data = await client.request({ method: options.method, path, body, remote }, true);
    if (options.schema !== undefined) setAnswer(parseData(options.schema, data));
  };

  const run = async (input: TInput): Promise<boolean> => {
    setError(undefined);
    setAnswer(undefined);
    setPending((count) => count + 1);
    const { optimistic } = options;
    try {
      if (optimistic === undefined) {
        await send(input);
      } else {
        await mutate<TData>(
          optimistic.path,
          async (current) => {
            await send(input);
            return current;
          },
          {
            optimisticData: (current, displayed) => {
              const base = current ?? displayed;
              // Nothing shown yet: there is nothing to be optimistic about.
              return (base === undefined ? base : optimistic.update(base, input)) as TData;
            },
            rollbackOnError: true,
            populateCache: false,
            revalidate: true,
          },
        );
      }
      return true;
    } catch (cause) {
      setError(toError(cause));
      return false;
    } finally {
      setPending((count) => count - 1);
    }
  };
  return {
    run,
    isSaving: pending > 0,
    error,
    answer,
    reset: () => {
      setError(undefined);
      setAnswer(undefined);
    },
  };
}
