/** Lets steps pass, or holds them back so that nothing is under way. */
export interface Gate {
  /** Runs a step once the gate is open. */
  pass(step: () => Promise<void>): Promise<void>;
  /** Closes the gate; resolves when every step that had passed is over. */
  close(): Promise<void>;
  open(): void;
}

/** An open gate. */
export function createGate(): Gate {
  let running = 0;
  let opened = Promise.withResolvers<null>();
  let quiet = Promise.withResolvers<null>();
  let isClosed = false;
  opened.resolve(null);
  return {
    async pass(step) {
      while (isClosed) await opened.promise;
      running += 1;
      try {
        await step();
      } finally {
        running -= 1;
        if (running === 0) quiet.resolve(null);
      }
    },
    async close() {
      isClosed = true;
      opened = Promise.withResolvers<null>();
      quiet = Promise.withResolvers<null>();
      if (running > 0) await quiet.promise;
    },
    open() {
      isClosed = false;
      opened.resolve(null);
    },
  };
}
