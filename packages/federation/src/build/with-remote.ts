import type { NextConfig } from "next";
import { developRemote } from "./development/develop-remote.ts";
import { readBuildId } from "./env.ts";
import { federate } from "./next-config.ts";
import { sharedModules } from "./shared.ts";

/** What a remote says of itself in `next.config.mjs`. */
export interface RemoteOptions {
  /** Name in `mullion.remote.json`. */
  readonly name: string;
  /** Exposed modules: `{ "./app": "./src/app.tsx" }`. */
  readonly exposes: Readonly<Record<string, string>>;
}

/**
 * Next.js configuration of a remote, for what Next is about to do: `next dev` builds for pages of the shell that are
 * there already, everything else builds versions to publish.
 */
export function withRemote(options: RemoteOptions, config: NextConfig = {}): (phase: string) => NextConfig {
  return (phase) =>
    phase === "phase-development-server" ? developRemote(options, config) : buildRemote(options, config);
}

/**
 * The container's name carries the build id, so that several versions of one remote live in one server process and on one
 * page. The packer reads it back from `mf-manifest.json`, and the build id from `.next/BUILD_ID`.
 */
function buildRemote(options: RemoteOptions, config: NextConfig): NextConfig {
  const buildId = readBuildId();
  const container = `${options.name.replaceAll("-", "_")}_${buildId}`;
  return federate(
    { ...config, generateBuildId: () => buildId },
    {
      role: "external",
      plugin: (isServer) => ({
        name: container,
        filename: isServer ? "remoteEntry.js" : "static/chunks/remoteEntry.js",
        remotes: {},
        exposes: { ...options.exposes },
        shared: sharedModules(),
        extraOptions: {},
      }),
    },
  );
}
