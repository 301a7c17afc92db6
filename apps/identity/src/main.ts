import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

// Compiling what a start loads is a third of the start. In a folder that only its owner writes: what is found there is
// run. Where it cannot be written, identity starts without.
enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/compile", import.meta.url)));
await import("./start.ts");
