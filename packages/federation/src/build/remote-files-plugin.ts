import { createHash } from "node:crypto";
import type { Compiler } from "webpack";
import { hashListPath } from "../names.ts";

const name = "MullionRemoteFiles";

/** Options of Next's copy of mini-css-extract-plugin, which has no hook for the tag that it makes. */
interface StylesheetPlugin {
  readonly runtimeOptions: { insert?: string | ((link: HTMLLinkElement) => void) };
}

function isStylesheetPlugin(plugin: unknown): plugin is StylesheetPlugin {
  return (
    typeof plugin === "object" && plugin !== null && plugin.constructor.name.endsWith("MiniCssExtractPlugin")
  );
}

// Written into the page as text: it may name nothing but globals.
function insertStylesheet(link: HTMLLinkElement): void {
  globalThis.__MULLION_HOST__?.files?.insertStylesheet(link);
}

/** Webpack's function that loads a script, of `url` and `done`. */
const askHost = "(url, done) => globalThis.__MULLION_HOST__.files.loadChunk(url, done)";

/**
 * Has the host load every later file of a remote, and writes the list of their hashes into the build. The list's own hash is in
 * the signed release: so every byte is covered, and neither the entry nor a page carries hashes that nobody may need.
 */
export class RemoteFilesPlugin {
  apply(compiler: Compiler): void {
    const { Compilation, RuntimeGlobals, RuntimeModule, sources } = compiler.webpack;
    class LoadScriptByHost extends RuntimeModule {
      override generate(): string {
        return `${RuntimeGlobals.loadScript} = ${askHost};`;
      }
    }
    for (const plugin of compiler.options.plugins) {
      if (isStylesheetPlugin(plugin)) plugin.runtimeOptions.insert = insertStylesheet;
    }
    compiler.hooks.thisCompilation.tap(name, (compilation) => {
      // Before webpack's own, which this replaces.
      compilation.hooks.runtimeRequirementInTree
        .for(RuntimeGlobals.loadScript)
        .tap({ name, stage: -1 }, (chunk) => {
          compilation.addRuntimeModule(chunk, new LoadScriptByHost("load script by host"));
          return true;
        });
      compilation.hooks.processAssets.tap(
        // The last stage: after this nothing changes any more.
        { name, stage: Compilation.PROCESS_ASSETS_STAGE_REPORT },
        (assets) => {
          const list = hashList(
            Object.entries(assets).map(([path, source]) => [path, source.buffer()] as const),
          );
          compilation.emitAsset(
            hashListPath.replace("_next/", ""),
            new sources.RawSource(`${JSON.stringify(list)}\n`),
          );
        },
      );
    });
  }
}

/** Path in the version and hash of every script and stylesheet that remotes may load, in the order of their paths. */
function hashList(assets: readonly (readonly [path: string, content: Buffer])[]): Record<string, string> {
  const files = assets
    .filter(([path]) => /^static\/(?:chunks|css)\/.*\.(?:js|css)$/.test(path))
    .map(([path, content]) => {
      const digest = createHash("sha384").update(content).digest("base64");
      return [`_next/${path}`, `sha384-${digest}`] as const;
    });
  return Object.fromEntries(files.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
