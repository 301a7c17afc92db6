import { forgetLoads, hostInstance } from "./load-remote.ts";
import { forgetScripts } from "./loading/known-versions.ts";
import { forgetComponents } from "./remote-component.tsx";

const method = "removeRemote";

/**
 * Drops all that is kept of a version's code, so that it can be collected, and is evaluated afresh when it is asked for again.
 * Pages that show it keep what they have.
 * @throws {Error} when a newer runtime no longer has the (private) method this depends on.
 */
export function forgetRemote(container: string): void {
  forgetLoads(container);
  forgetComponents(container);
  forgetScripts(container);
  const instance = hostInstance();
  const remove: unknown = Reflect.get(instance.remoteHandler, method);
  if (typeof remove !== "function")
    throw new Error(`the federation runtime has no ${method}: the pin in package.json moved`);
  const registered = instance.options.remotes.find(({ name }) => name === container);
  if (registered !== undefined) Reflect.apply(remove, instance.remoteHandler, [registered]);
  instance.moduleCache.delete(container);
  Reflect.deleteProperty(globalThis, container);
  Reflect.deleteProperty(globalThis, `webpackChunk${container}`);
}
