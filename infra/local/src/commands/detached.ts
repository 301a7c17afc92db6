import { spawn } from "node:child_process";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { lastLines } from "../child.ts";
import { readSettings } from "../env.ts";
import { LocalError } from "../errors.ts";
import { layoutOf } from "../layout.ts";
import { repositoryRoot } from "../places.ts";
import type { PrintLine } from "../steps.ts";

/** What the supervisor process says to the command that waits for it. */
const messageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("line"), text: z.string() }),
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("failed") }),
]);
type SupervisorMessage = z.infer<typeof messageSchema>;

/** Says something to the command that waits; nothing when it has gone. */
export function tellWaiting(message: SupervisorMessage): void {
  if (process.connected) process.send?.(message, () => undefined);
}

/**
 * Starts the platform in a supervisor process that outlives this one, shows its progress, and resolves to the exit
 * status once it is ready or has failed.
 */
export async function startDetached(print: PrintLine, signal: AbortSignal): Promise<number> {
  const layout = layoutOf(readSettings().MULLION_DATA_DIR);
  const logFile = join(layout.logs, "supervisor.log");
  await mkdir(layout.logs, { recursive: true });
  const log = await open(logFile, "w", 0o640);
  const supervisor = spawn(process.execPath, [join(import.meta.dirname, "../cli.ts"), "supervise"], {
    cwd: repositoryRoot,
    detached: true,
    stdio: ["ignore", log.fd, log.fd, "ipc"],
  });
  await log.close();
  signal.addEventListener("abort", () => supervisor.kill("SIGTERM"), { once: true });
  return await new Promise((resolve, reject) => {
    supervisor.on("message", (value) => {
      const message = messageSchema.parse(value);
      if (message.type === "line") print(message.text);
      else if (message.type === "failed") resolve(1);
      else {
        // The supervisor goes on; this process must not wait for it.
        supervisor.disconnect();
        supervisor.unref();
        resolve(0);
      }
    });
    supervisor.once("error", reject);
    supervisor.once("exit", (code) => {
      if (signal.aborted) resolve(130);
      void lastLines(logFile).then((lines) => {
        const message = `The supervisor ended with status ${String(code)} before it was ready\n${lines}`;
        reject(new LocalError("process_exited", message, { logFile }));
      });
    });
  });
}
