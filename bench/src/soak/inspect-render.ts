import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";

// Loaded into the front (`--import`) by the soak: the front then starts render so that its heap can be measured too.
// The port is the query of this module's address.
const port = new URL(import.meta.url).searchParams.get("port") ?? "";
const { spawn } = childProcess;

childProcess.spawn = ((command: string, args: readonly string[], options: childProcess.SpawnOptions) =>
  spawn(command, ["--allow-inspector", `--inspect=127.0.0.1:${port}`, ...args], options)) as typeof spawn;
syncBuiltinESMExports();
