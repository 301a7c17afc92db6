import { type DestinationStream, destination } from "pino";

/** How late a line may be. */
const latestMs = 10;
// What of a request is only noted; `createLogger` writes the level first.
const note = '{"level":"info"';

/**
 * Standard output, written a hundred times a second at most: a system call for each line is a good part of what a short
 * request costs. Complaints are written at once, with all that came before them, so that they survive whatever ends the
 * process next. A process that ends by itself, also by an uncaught error, writes what is left.
 */
export function createBatchedDestination(): DestinationStream {
  const output = destination({ dest: 1, sync: true, minLength: 8_192 });
  let isScheduled = false;
  process.on("exit", () => {
    output.flushSync();
  });
  return {
    write(line) {
      output.write(line);
      if (!line.startsWith(note)) {
        output.flush();
        return;
      }
      if (isScheduled) return;
      isScheduled = true;
      setTimeout(() => {
        isScheduled = false;
        output.flush();
      }, latestMs).unref();
    },
  };
}
