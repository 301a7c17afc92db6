import { Writable } from "node:stream";

/** What waits in front for a slow reader, so that a whole page of the usual size does not hold its connection to render. */
const heldBytes = 1_048_576;

/**
 * Passes a page on to whoever asked for it. When they leave, the rest is read and thrown away: to cut it off would cost
 * the connection to render, and anybody can leave.
 */
export function createPageSink(target: Writable): Writable {
  const isGone = (): boolean => target.destroyed || target.writableEnded || target.closed;
  const untilDrained = (done: () => void): void => {
    const proceed = (): void => {
      target.off("drain", proceed);
      target.off("close", proceed);
      done();
    };
    target.once("drain", proceed);
    target.once("close", proceed);
  };
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (isGone() || target.write(chunk) || target.writableLength < heldBytes) done();
      else untilDrained(done);
    },
    final(done) {
      if (!isGone()) target.end();
      done();
    },
    destroy(error, done) {
      if (error !== null) target.destroy();
      done(error);
    },
  });
}
