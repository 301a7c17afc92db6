import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const manifestSchema = z.object({ scripts: z.object({ start: z.string() }).partial().optional() });

/** Flags that the `start` script of a folder gives Node: an app runs here as its operator runs it. */
export function nodeFlagsOf(folder: string): string[] {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const [program, ...words] = (manifestSchema.parse(manifest).scripts?.start ?? "").split(" ");
  if (program !== "node") return [];
  const script = words.findIndex((word) => !word.startsWith("--"));
  return words.slice(0, script === -1 ? words.length : script);
}
