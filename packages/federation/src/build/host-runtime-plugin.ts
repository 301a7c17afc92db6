import type { Compiler } from "webpack";

const runtime = /[\\/]webpack-bundler-runtime[\\/]/;
const fromHost = "globalThis.__MULLION_HOST__.bundler";

/** Takes what module federation adds to webpack's runtime from the host, where `shareBundler` put it: 6 kB gzip of each remote entry. */
export class HostRuntimePlugin {
  apply(compiler: Compiler): void {
    new compiler.webpack.ExternalsPlugin("var", async ({ request }: { request?: string }) =>
      request !== undefined && runtime.test(request) ? fromHost : undefined,
    ).apply(compiler);
  }
}
