import { createRequire, syncBuiltinESMExports } from "node:module";

// The permission model guards files, network, processes and threads. It does not guard these: signals to other processes
// of the same user (the front, Redis), V8's flags (some write files), the identity and priority of processes, and what
// ends this process or stops the permission model's owner from ending it in order.
const ofProcess = [
  ...["kill", "_kill", "_debugProcess", "_debugEnd", "execve", "setuid", "seteuid", "setgid", "setegid"],
  ...["setgroups", "initgroups", "chdir", "umask", "abort", "dlopen", "binding", "_linkedBinding"],
  ...["exit", "reallyExit", "report", "loadEnvFile", "_rawDebug"],
  ...["_getActiveHandles", "_getActiveRequests", "setUncaughtExceptionCaptureCallback"],
];
const ofModules: Readonly<Record<string, readonly string[]>> = {
  os: ["setPriority", "userInfo", "networkInterfaces"],
  v8: ["setFlagsFromString", "setHeapSnapshotNearHeapLimit", "writeHeapSnapshot", "startupSnapshot"],
  crypto: ["setEngine", "setFips"],
};

/** What the process itself keeps of what it gives up. */
export interface KeptPowers {
  /** Ends the process at once. */
  exit(code: number): void;
}

function refused(name: string): () => never {
  return () => {
    throw Object.assign(new Error(`${name} is not available in the render process`), {
      code: "ERR_ACCESS_DENIED",
    });
  };
}

/**
 * Takes from the process what neither Next.js nor a remote needs and what would reach beyond it. Before Next is loaded:
 * nobody can have kept a reference.
 */
export function giveUpPowers(): KeptPowers {
  const really: unknown = Reflect.get(process, "reallyExit");
  if (typeof really !== "function") throw new Error("this Node.js has no process.reallyExit");
  const exit = really.bind(process) as (code: number) => void;
  for (const name of ofProcess) {
    Object.defineProperty(process, name, { value: refused(`process.${name}`), configurable: false });
  }
  const require = createRequire(import.meta.url);
  for (const [module, names] of Object.entries(ofModules)) {
    const exported = require(module) as object;
    for (const name of names) {
      Object.defineProperty(exported, name, { value: refused(`${module}.${name}`), configurable: false });
    }
  }
  const permission: unknown = Reflect.get(process, "permission");
  if (typeof permission === "object" && permission !== null) {
    Object.freeze(Object.assign(permission, { drop: refused("process.permission.drop") }));
  }
  syncBuiltinESMExports();
  return { exit };
}
