import type { ModuleFederation } from "@module-federation/runtime-core";
import type { ComponentType } from "react";
import type { ReleaseDescriptor } from "./descriptor.ts";
import { FederationError } from "./errors.ts";
import { lastFailureOf, loadScript, loadStylesheet, registerVersion } from "./loading/known-versions.ts";
import { laterFiles } from "./loading/later-files.ts";
import { hostState } from "./runtime/host-instance.ts";

/** An exposed module that can be drawn, with the URLs of its stylesheets. */
export interface LoadedModule {
  readonly default: ComponentType;
  readonly styles: readonly string[];
}

const loads = new Map<string, Promise<LoadedModule>>();

const keyOf = (remote: ReleaseDescriptor): string => `${remote.container}/${remote.expose}`;

/** The host's federation instance. @throws {FederationError} `host_not_ready`. */
export function hostInstance(): ModuleFederation {
  const { instance } = hostState();
  if (instance !== undefined) return instance;
  throw new FederationError("host_not_ready", "The federation host has not started.");
}

/**
 * Loads one exposed module of a remote, once per version. A failed load is forgotten, so that the next call tries
 * again and a remote that is back recovers without a reload.
 * @param serverEntry on the server: URL of the entry, of `serverEntryOf`
 * @throws {FederationError}
 */
export function loadRemote(remote: ReleaseDescriptor, serverEntry?: string): Promise<LoadedModule> {
  const key = keyOf(remote);
  const known = loads.get(key);
  if (known !== undefined) return known;
  const load = serverEntry === undefined ? loadInBrowser(remote) : loadOnServer(remote, serverEntry);
  loads.set(key, load);
  load.catch(() => {
    loads.delete(key);
    hostState().instance?.moduleCache.delete(remote.container);
  });
  return load;
}

/** Forgets the loads of a version. */
export function forgetLoads(container: string): void {
  for (const key of loads.keys()) {
    if (key.startsWith(`${container}/`)) loads.delete(key);
  }
}

async function exposedModule(
  remote: ReleaseDescriptor,
  entry: string,
  styles: readonly string[],
): Promise<LoadedModule> {
  const instance = hostInstance();
  instance.registerRemotes([{ name: remote.container, entry }]);
  const exposed = await instance
    .loadRemote<Partial<LoadedModule>>(`${remote.container}/${remote.expose.replace(/^\.\//, "")}`)
    .catch((cause: unknown) => {
      const code = lastFailureOf(remote.container) ?? "remote_unavailable";
      throw new FederationError(code, `${remote.name}@${remote.version} could not be loaded.`, { cause });
    });
  if (typeof exposed?.default !== "function") {
    throw new FederationError("not_a_component", `${remote.name} exposes no component as ${remote.expose}.`);
  }
  return { default: exposed.default, styles };
}

/** The runtime appends the time as `t` unless there is one: with the version there, the entry is loaded once. */
async function loadOnServer(remote: ReleaseDescriptor, serverEntry: string): Promise<LoadedModule> {
  const [base = ""] = remote.bases;
  const styles = remote.styles.map(({ path }) => `${base}${path}`);
  return exposedModule(remote, `${serverEntry}?t=${remote.version}`, styles);
}

/**
 * The entry is put on the page before the federation runtime is asked, which then takes it as it is: so that the entry comes
 * the way of all other files, with its hash, a pause between attempts and other hosts.
 */
async function loadInBrowser(remote: ReleaseDescriptor): Promise<LoadedModule> {
  const { container } = remote;
  if (typeof document === "undefined")
    throw new FederationError("remote_unavailable", `${remote.name} was not loaded for this page.`);
  hostState().files = laterFiles;
  registerVersion(remote);
  const styles = Promise.all(remote.styles.map(({ path }) => loadStylesheet(container, path)));
  const code = loadScript(container, remote.entry.path).then((entry) => exposedModule(remote, entry, []));
  const [exposed, hrefs] = await Promise.all([code, styles]);
  return { default: exposed.default, styles: hrefs };
}
