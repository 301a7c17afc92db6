/** A module that host and remotes use as one instance (module federation `shared`). */
interface SharedModule {
  readonly singleton: true;
  readonly requiredVersion: string | false;
}

/**
 * What every remote shares with the host beside React and Next (the plugin shares those). A workspace package has no
 * published version to compare, hence no range: the registry compares contract hashes at publish. zod is not shared:
 * as a whole package it is 390 kB, as the part that the (shared) contracts use it is a fraction. What the host itself does not
 * use is named in `runtime/lent-modules.ts` as well.
 */
export function sharedModules(): Record<string, SharedModule> {
  return {
    "@mullion/session": { singleton: true, requiredVersion: false },
    "@mullion/ui": { singleton: true, requiredVersion: false },
    "@mullion/contracts": { singleton: true, requiredVersion: false },
    "@mullion/contracts/identity-clients": { singleton: true, requiredVersion: false },
    "@mullion/contracts/identity-keys": { singleton: true, requiredVersion: false },
    swr: { singleton: true, requiredVersion: "^2.5.0" },
  };
}
