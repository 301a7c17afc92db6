import { fileURLToPath } from "node:url";
import { lentModules } from "./shared.ts";

/** The part of webpack's `optimization.splitChunks` that is changed, as Next fills it in. */
export interface SplitChunks {
  readonly cacheGroups?: Readonly<Record<string, unknown>>;
}

/** A module of the build, as far as it decides about its chunk. */
interface ChunkedModule {
  readonly type: string;
  nameForCondition(): string | null;
}

const federation = fileURLToPath(new URL("..", import.meta.url));
const inNext = /[\\/]node_modules[\\/]next[\\/]dist[\\/]/;
/** What the share scope asks for by these names is a line each, and would be a file each. */
const ofNext = /[\\/]node_modules[\\/]next[\\/](?:head|link|router)\.js$/;
const inLibraries =
  /[\\/]node_modules[\\/](?:zod|swr|dequal|eventsource-parser|use-sync-external-store|@swc[\\/]helpers)[\\/]/;
const lent = new Set(lentModules.map((name) => fileURLToPath(import.meta.resolve(name))));
const inPlatform = /[\\/](?:session|ui|contracts)[\\/]src[\\/]/;

function script(test: (file: string) => boolean): (module: ChunkedModule) => boolean {
  return (module) => module.type.startsWith("javascript/") && test(module.nameForCondition() ?? "");
}

/**
 * Chunks of what every page of the host loads. Webpack by itself makes one for each shared module, with a copy of what the start-up
 * has as well: it cannot know that the start-up was there first. The browser would get Next's router twice and a dozen files more.
 */
export function withHostChunks(splitChunks: SplitChunks | false): SplitChunks | false {
  // Next splits nothing in development.
  if (splitChunks === false) return false;
  const always = { chunks: "all", priority: 30, enforce: true };
  const added = {
    next: { ...always, name: "next-client", minChunks: 2, test: script((file) => inNext.test(file)) },
    namesOfNext: { ...always, name: "next-client", test: script((file) => ofNext.test(file)) },
    federation: {
      ...always,
      ...{ name: "federation", minChunks: 2, test: script((file) => file.startsWith(federation)) },
    },
    lent: { ...always, name: "lent-modules", test: script((file) => lent.has(file)) },
    // The start-up imports the stylesheet of the interface, whose (empty) script is in here: so that this is among the files that
    // the HTML names, and is on its way before the start-up asks for shared modules.
    platform: {
      ...{ ...always, name: "platform" },
      test: script((file) => (inPlatform.test(file) && !lent.has(file)) || inLibraries.test(file)),
    },
  };
  return { ...splitChunks, cacheGroups: { ...splitChunks.cacheGroups, ...added } };
}
