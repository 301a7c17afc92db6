import { inspect } from "node:util";

/**
 * Lets every error be printed. Next shows errors with the original places of their stack and, in 15.5, throws at a stack that holds
 * code from `eval`, which is how a remote's later files are run on the server: its parser takes `remoteEntry.js` there for the
 * host of a `file:` URL. Without this the error of one pane, as soon as it is logged, costs the visitor the whole page. Call it
 * once Next is loaded.
 */
export function makeErrorsPrintable(): void {
  const descriptor = Object.getOwnPropertyDescriptor(Error.prototype, inspect.custom);
  const describe: unknown = descriptor?.value;
  if (typeof describe !== "function") return;
  Object.defineProperty(Error.prototype, inspect.custom, {
    ...descriptor,
    value(this: Error, ...args: unknown[]): unknown {
      try {
        return Reflect.apply(describe, this, args);
      } catch {
        return this.stack ?? String(this);
      }
    },
  });
}
