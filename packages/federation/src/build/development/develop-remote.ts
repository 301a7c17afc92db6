import { fileURLToPath } from "node:url";
import type { NextConfig } from "next";
import { developmentContainer } from "../../names.ts";
import { buildReportsUrl } from "../env.ts";
import { federate } from "../next-config.ts";
import { sharedModules } from "../shared.ts";
import type { RemoteOptions } from "../with-remote.ts";
import { adaptClientBuild } from "./client-build.ts";
import { type BuildReport, ReportBuilds } from "./report-builds.ts";

const jsxDevRuntime = fileURLToPath(new URL("jsx-dev-runtime.ts", import.meta.url));

/** Under a key that no shell shares: the remote uses its own, which calls the shell's `react/jsx-runtime`. */
const ownJsxDevRuntime = {
  "react/jsx-dev-runtime": {
    import: jsxDevRuntime,
    shareKey: "mullion-jsx-dev-runtime",
    version: "0.0.0",
    requiredVersion: false as const,
  },
};

/** Reports to `mullion dev`, one after the other; one that nobody hears is followed by the next. */
function reporter(url: string): (report: BuildReport) => void {
  let last = Promise.resolve();
  return (report) => {
    last = last
      .then(async () => {
        await fetch(url, { method: "POST", body: JSON.stringify(report) });
      })
      .catch(() => undefined);
  };
}

/**
 * Configuration for `next dev`. Its browser build serves both the remote's own pages and pages of a shell in production
 * mode: it brings a federation runtime of its own, evaluates no strings and takes React from the shell.
 */
export function developRemote(options: RemoteOptions, config: NextConfig): NextConfig {
  const container = developmentContainer(options.name);
  const reports = buildReportsUrl();
  return federate(
    // Beside the production build, which may be deployed or running meanwhile.
    { ...config, distDir: ".next-dev" },
    {
      role: "own",
      plugin: (isServer) =>
        // The shell's render process takes nothing from a development server.
        isServer
          ? null
          : {
              name: container,
              filename: "static/chunks/remoteEntry.js",
              remotes: {},
              exposes: { ...options.exposes },
              shared: { ...sharedModules(), ...ownJsxDevRuntime },
              extraOptions: {},
            },
      changeClient: (client) => {
        adaptClientBuild(client, container);
        if (reports !== undefined) client.plugins.push(new ReportBuilds(container, reporter(reports)));
      },
    },
  );
}
