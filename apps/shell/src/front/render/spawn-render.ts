import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { bridgeDescriptor, connectionCount, firstConnectionDescriptor } from "../../bridge/messages.ts";

const shellDir = fileURLToPath(new URL("../../..", import.meta.url));
const repositoryDir = realpathSync(fileURLToPath(new URL("../../../../..", import.meta.url)));

/**
 * What render may read: its build, its code and the packages. Not the data directory, not the code of front and the
 * services, not a home directory.
 */
const readable = [
  `${shellDir}.next/`,
  `${shellDir}package.json`,
  `${shellDir}next.config.mjs`,
  `${shellDir}public/`,
  `${shellDir}pages/`,
  `${shellDir}static/`,
  `${shellDir}src/render/`,
  `${shellDir}src/bridge/`,
  `${shellDir}node_modules/`,
  `${repositoryDir}/node_modules/`,
  `${repositoryDir}/package.json`,
  `${repositoryDir}/packages/`,
];

/**
 * Lets the kernel end render with front: it sees its bridge close when front dies, but not while a remote loops. Tried
 * out, because the setpriv of BusyBox does not know the option.
 */
const untilParentDies = ["--pdeathsig", "KILL", "--", process.execPath] as const;
const setpriv = ["/usr/bin/setpriv", "/bin/setpriv"].find(
  (path) => spawnSync(path, [...untilParentDies, "--version"]).status === 0,
);

/** A render process that was started, and the ways to it. */
export interface SpawnedRender {
  readonly child: ChildProcess;
  readonly bridge: Socket;
  readonly connections: readonly Socket[];
  readonly output: readonly Readable[];
}

/**
 * Starts the render process: the same build as front's, under Node's permission model (no network, no child processes,
 * no workers, no native addons, the files above only), with an environment that holds no secret, in a process group of
 * its own, and with no other descriptors than the bridge and the connections for pages. Where the system can (Linux with
 * util-linux), it does not outlive the thread that calls this.
 */
export function spawnRender(heapLimitMegabytes: number): SpawnedRender {
  const child = spawn(
    setpriv ?? process.execPath,
    [
      ...(setpriv === undefined ? [] : untilParentDies),
      "--permission",
      ...readable.map((path) => `--allow-fs-read=${path}`),
      // SQLite opens files past the permission model; the foreign function interface is memory access.
      "--no-experimental-sqlite",
      "--no-experimental-ffi",
      // V8 can be told at run time to write files; not after its start.
      "--freeze-flags-after-init",
      `--max-old-space-size=${heapLimitMegabytes}`,
      "--disable-warning=ExperimentalWarning",
      fileURLToPath(new URL("../../render/main.ts", import.meta.url)),
    ],
    {
      cwd: shellDir,
      detached: true,
      env: {
        NODE_ENV: "production",
        NEXT_PRIVATE_LOCAL_WEBPACK: "true",
        NEXT_TELEMETRY_DISABLED: "1",
        TZ: "UTC",
      },
      // Each "pipe" beyond the first three is a pair of connected sockets.
      stdio: ["ignore", "pipe", "pipe", ...new Array<"pipe">(1 + connectionCount).fill("pipe")],
    },
  );
  const sockets = child.stdio.map((stream) => (stream instanceof Socket ? stream : null));
  const socketAt = (descriptor: number): Socket => {
    const socket = sockets[descriptor];
    if (socket === undefined || socket === null) throw new Error(`descriptor ${descriptor} is no socket`);
    return socket;
  };
  return {
    child,
    bridge: socketAt(bridgeDescriptor),
    connections: Array.from({ length: connectionCount }, (_, index) =>
      socketAt(firstConnectionDescriptor + index),
    ),
    output: [child.stdout, child.stderr].filter((stream) => stream !== null),
  };
}
