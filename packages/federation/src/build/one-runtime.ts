import { fileURLToPath } from "node:url";

/** The part of webpack's `resolve` that is changed, as Next fills it in. */
export interface ResolveOptions {
  readonly alias?: Readonly<Record<string, string | false | string[]>>;
}

const runtime = "@module-federation/runtime-core";

/**
 * Takes the federation runtime from one file, whoever asks for it. A plugin of nextjs-mf requires its CommonJS build, all
 * else imports the ES modules: the browser would get both (31 instead of 57 kB gzip on the first page).
 */
export function withOneRuntime<T extends ResolveOptions>(resolve: T): T {
  const path = fileURLToPath(import.meta.resolve(runtime));
  return { ...resolve, alias: { ...resolve.alias, [`${runtime}$`]: path } };
}
