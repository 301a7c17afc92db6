import { type ChildProcess, fork } from "node:child_process";
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

const shellDir = fileURLToPath(new URL("../../..", import.meta.url));
const repositoryDir = realpathSync(fileURLToPath(new URL("../../../../..", import.meta.url)));

/**
 * What render may read: its build, its code and the packages. Not the data directory, not the sources of services,
 * not a home directory.
 */
const readable = [
  `${shellDir}.next/`,
  `${shellDir}package.json`,
  `${shellDir}next.config.mjs`,
  `${shellDir}public/`,
  `${shellDir}pages/`,
  `${shellDir}static/`,
  `${shellDir}src/`,
  `${shellDir}node_modules/`,
  `${repositoryDir}/node_modules/`,
  `${repositoryDir}/package.json`,
  `${repositoryDir}/packages/`,
];

/**
 * Starts the render process: the same build as front's, under Node's permission model (no network, no child processes,
 * no workers, no native addons, the files above only) and with an environment that holds no secret.
 */
export function spawnRender(): ChildProcess {
  return fork(fileURLToPath(new URL("../../render/main.ts", import.meta.url)), {
    cwd: shellDir,
    serialization: "advanced",
    execArgv: [
      "--permission",
      ...readable.map((path) => `--allow-fs-read=${path}`),
      "--disable-warning=ExperimentalWarning",
    ],
    env: {
      NODE_ENV: "production",
      NEXT_PRIVATE_LOCAL_WEBPACK: "true",
      NEXT_TELEMETRY_DISABLED: "1",
      TZ: "UTC",
    },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
}
