/** A module that host and remotes use as one instance (module federation `shared`). */
interface SharedModule {
  readonly singleton: true;
  readonly requiredVersion: string | false;
}

/**
 * What the host shares and does not use itself. Webpack provides a shared module only if something in the build asks for it: these
 * are an entry of the host's build.
 */
export const lentModules = ["@mullion/contracts/identity-clients", "@mullion/contracts/identity-keys"];

/**
 * What every remote shares with the host beside React and Next (the plugin shares those). A workspace package has no
 * published version to compare, hence no range: the registry compares contract hashes at publish. zod is not shared:
 * as a whole package it is 390 kB, as the part that the (shared) contracts use it is a fraction.
 */
export function sharedModules(): Record<string, SharedModule> {
  return {
    "@mullion/session": { singleton: true, requiredVersion: false },
    "@mullion/ui": { singleton: true, requiredVersion: false },
    "@mullion/contracts": { singleton: true, requiredVersion: false },
    ...Object.fromEntries(lentModules.map((name) => [name, { singleton: true, requiredVersion: false }])),
    swr: { singleton: true, requiredVersion: "^2.5.0" },
  };
}
