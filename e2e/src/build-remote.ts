import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { buildEnvironment } from "./env.ts";

/** The fixture that is a fifth remote. */
export const billingFolder = path.resolve(import.meta.dirname, "../fixtures/remote-billing");

/** Builds a remote as its team would, under a build id of its own. */
export async function buildRemote(folder: string): Promise<void> {
  await promisify(execFile)(path.join(folder, "node_modules/.bin/next"), ["build"], {
    cwd: folder,
    env: {
      ...buildEnvironment(),
      NODE_ENV: "production",
      NEXT_PRIVATE_LOCAL_WEBPACK: "true",
      NEXT_TELEMETRY_DISABLED: "1",
      MULLION_BUILD_ID: `t${Date.now().toString(36)}`,
    },
  });
}
