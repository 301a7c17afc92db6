import { createHash } from "node:crypto";
import { stripVTControlCharacters } from "node:util";
import type { Chunk, Compilation, Compiler, Stats } from "webpack";

/** What a build under way is told of. */
export type BuildReport =
  | { readonly state: "building" }
  | { readonly state: "built"; readonly build: string }
  | { readonly state: "failed"; readonly errors: readonly string[] };

/** Every chunk that a container may load. */
function chunksOf(compilation: Compilation, container: string): Set<Chunk> {
  const entry = compilation.entrypoints.get(container)?.chunks ?? [];
  return new Set(entry.flatMap((chunk) => [chunk, ...chunk.getAllAsyncChunks()]));
}

/** The same for the same sources, whatever chunks they are in: no edit, no new build of the pane. */
function buildOf(compilation: Compilation, container: string): string {
  const { chunkGraph } = compilation;
  const hashes = new Set<string>();
  for (const chunk of chunksOf(compilation, container)) {
    for (const module of chunkGraph.getChunkModulesIterable(chunk)) {
      hashes.add(`${module.identifier()}=${String(module.buildInfo?.["hash"])}`);
    }
  }
  return createHash("sha256")
    .update([...hashes].toSorted().join("\n"))
    .digest("hex")
    .slice(0, 16);
}

/** Each with the module it is in, without a terminal's colours. */
function errorsOf(stats: Stats): string[] {
  const { errors = [] } = stats.toJson({ all: false, errors: true });
  return errors.map(({ moduleName, message }) =>
    stripVTControlCharacters(moduleName === undefined ? message : `${moduleName}\n${message}`),
  );
}

/** Tells how the browser's build of a container goes. */
export class ReportBuilds {
  readonly #container: string;
  readonly #report: (report: BuildReport) => void;

  constructor(container: string, report: (report: BuildReport) => void) {
    this.#container = container;
    this.#report = report;
  }

  apply(compiler: Compiler): void {
    compiler.hooks.invalid.tap("ReportBuilds", () => {
      this.#report({ state: "building" });
    });
    compiler.hooks.done.tap("ReportBuilds", (stats) => {
      const errors = errorsOf(stats);
      this.#report(
        errors.length > 0
          ? { state: "failed", errors }
          : { state: "built", build: buildOf(stats.compilation, this.#container) },
      );
    });
  }
}
