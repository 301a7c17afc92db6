import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";

// Loaded into the front (`--import`) by the soak: the front then starts render so that its heap can be measured too.
// The port is the query of this module's address.
const port = new URL(import.meta.url).searchParams.get("port") ?? "";
const flags = ["--allow-inspector", `--inspect=127.0.0.1:${port}`];
const { spawn } = childProcess;

childProcess.spawn = ((command: string, args: readonly string[], options: childProcess.SpawnOptions) => {
  // Node's flags, also where the command is setpriv, which starts Node.
  const first = args.indexOf(process.execPath) + 1;
  return spawn(command, args.toSpliced(first, 0, ...flags), options);
}) as typeof spawn;
syncBuiltinESMExports();
