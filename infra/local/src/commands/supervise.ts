import { LocalError } from "../errors.ts";
import type { PrintLine } from "../steps.ts";
import { startHere } from "./up.ts";

/** Runs the platform in this process until a signal asks for its end. Resolves to the exit status. */
export async function superviseUntilSignal(
  print: PrintLine,
  options: { onReady: () => void; endsWithParent: boolean },
): Promise<number> {
  const starting = new AbortController();
  const asked = askedToStop(options);
  void asked.then((why) => {
    starting.abort(new LocalError("interrupted", `Stopped while it was starting (${why}).`));
  });
  const platform = await startHere(print, starting.signal);
  options.onReady();
  await asked;
  print("Stopping…");
  await platform.stop();
  print("Stopped.");
  return 0;
}

/** Resolves with the reason when the person at the terminal, or the process that started this one, wants an end. */
export async function askedToStop({ endsWithParent }: { endsWithParent: boolean }): Promise<string> {
  return await new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      // Not `once`: a second Ctrl-C must not cut the orderly stop short.
      process.on(signal, () => {
        resolve(signal);
      });
    }
    if (endsWithParent) {
      process.on("disconnect", () => {
        resolve("the command that started it has gone");
      });
    }
  });
}
