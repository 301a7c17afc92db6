import { type DestinationStream, destination } from "pino";

/**
 * Standard output, written once per turn of the event loop: many requests answered in one turn cost one system call.
 * A process that ends by itself, also by an uncaught error, writes what is left.
 */
export function createTurnDestination(): DestinationStream {
  const output = destination({ dest: 1, sync: true, minLength: 8_192 });
  let isScheduled = false;
  process.on("exit", () => {
    output.flushSync();
  });
  return {
    write(line) {
      output.write(line);
      if (isScheduled) return;
      isScheduled = true;
      setImmediate(() => {
        isScheduled = false;
        output.flush();
      });
    },
  };
}
