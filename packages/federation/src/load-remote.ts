import type { ComponentType } from "react";
import type { RemoteDescriptor } from "./descriptor.ts";
import { FederationError } from "./errors.ts";
import { hostState } from "./runtime/host-instance.ts";

interface ExposedModule {
  default: ComponentType;
}

const loads = new Map<string, Promise<ExposedModule>>();

const keyOf = (remote: RemoteDescriptor): string => `${remote.container}/${remote.expose}`;

/**
 * Loads one exposed module of a remote, once per version. A failed load is forgotten, so that the next call tries
 * again and a remote that is back recovers without a reload.
 * @param entry URL of the entry to load; on the server the one of `serverEntryOf`
 * @throws {FederationError} `host_not_ready`, `remote_unavailable` or `not_a_component`.
 */
export function loadRemote(remote: RemoteDescriptor, entry = remote.browserEntry): Promise<ExposedModule> {
  const key = keyOf(remote);
  const known = loads.get(key);
  if (known !== undefined) return known;
  const load = loadModule(remote, entry);
  loads.set(key, load);
  load.catch(() => {
    forget(remote);
  });
  return load;
}

/** Drops what is remembered of a remote's failed load. */
function forget(remote: RemoteDescriptor): void {
  loads.delete(keyOf(remote));
  hostState().instance?.moduleCache.delete(remote.container);
}

async function loadModule(remote: RemoteDescriptor, entry: string): Promise<ExposedModule> {
  const { instance, integrity } = hostState();
  if (instance === undefined)
    throw new FederationError("host_not_ready", "The federation host has not started.");
  integrity.set(remote.browserEntry, remote.browserEntryIntegrity);
  instance.registerRemotes([{ name: remote.container, entry: versioned(entry, remote) }]);
  const exposed = await instance
    .loadRemote<Partial<ExposedModule>>(`${remote.container}/${remote.expose.replace(/^\.\//, "")}`)
    .catch((cause: unknown) => {
      throw new FederationError(
        "remote_unavailable",
        `${remote.name}@${remote.version} could not be loaded.`,
        { cause },
      );
    });
  if (typeof exposed?.default !== "function") {
    throw new FederationError("not_a_component", `${remote.name} exposes no component as ${remote.expose}.`);
  }
  return { default: exposed.default };
}

/** The runtime appends the time as `t` unless there is one: with the version there, the entry is cacheable for ever. */
export function versioned(entry: string, remote: RemoteDescriptor): string {
  return `${entry}?t=${remote.version}`;
}
