import { ProblemError } from "@mullion/http-service";

/** Runs work a few pieces at a time. */
export type RunBounded = <T>(work: () => Promise<T>) => Promise<T>;

function busy(): ProblemError {
  return new ProblemError({
    status: 503,
    code: "busy",
    title: "Too much to do at once.",
    detail: "Try again in a second.",
    headers: { "retry-after": "1" },
  });
}

/**
 * At most `atOnce` pieces of work run and at most `waiting` wait, first come, first served. Whatever comes on top is
 * refused with 503 and `Retry-After: 1` instead of being kept: work that waits holds memory, and its caller leaves anyway.
 */
export function createBoundedWork({ atOnce, waiting }: { atOnce: number; waiting: number }): RunBounded {
  const queue: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= atOnce) {
      if (queue.length >= waiting) throw busy();
      // Whoever ends hands over its place: `running` stays as it is.
      await new Promise<void>((resolve) => queue.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
