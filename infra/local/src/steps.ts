import { existsSync } from "node:fs";

/** Where progress is shown, one line at a time. */
export type PrintLine = (line: string) => void;

/** Runs named steps and shows what each took. */
export interface Steps {
  /** Runs `action`; `note` adds a few words to the line that is printed at its end. A failure is shown and thrown on. */
  run<T>(name: string, action: (note: (text: string) => void) => Promise<T>): Promise<T>;
}

const stillRunningAfterMs = 4_000;

/** Steps printed through `print`. A step that takes long says so once, with the log to look at. */
export function createSteps(print: PrintLine, logHint?: (name: string) => string | undefined): Steps {
  return {
    async run(name, action) {
      const startedAt = performance.now();
      let words = "";
      const timer = setTimeout(() => {
        const log = logHint?.(name);
        print(
          `  … ${name.padEnd(16)} still running${log === undefined || !existsSync(log) ? "" : `, log: ${log}`}`,
        );
      }, stillRunningAfterMs);
      try {
        const result = await action((text) => {
          words = text;
        });
        print(
          `  ✓ ${name.padEnd(16)} ${seconds(performance.now() - startedAt).padStart(8)}  ${words}`.trimEnd(),
        );
        return result;
      } catch (error) {
        print(`  ✗ ${name.padEnd(16)} ${seconds(performance.now() - startedAt).padStart(8)}`);
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** A duration in milliseconds as text, e.g. `1.3 s`. */
export function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}

/**
 * Waits for all; when one fails, `onFailure` is called at once (to cut the others short), and its error is thrown after
 * the others have ended too: nothing is left running behind an error.
 */
export async function allOrFirstFailure(
  actions: readonly Promise<unknown>[],
  onFailure: () => void,
): Promise<void> {
  let first: { error: unknown } | undefined;
  await Promise.allSettled(
    actions.map((action) =>
      action.catch((error: unknown) => {
        if (first === undefined) {
          first = { error };
          onFailure();
        }
      }),
    ),
  );
  if (first !== undefined) throw first.error;
}
