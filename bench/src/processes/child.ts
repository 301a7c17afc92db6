import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { childEnvironment } from "../env.ts";

/** A process that a benchmark started beside the platform. */
export interface BenchProcess {
  readonly pid: number;
  readonly origin: string;
  stop(): Promise<void>;
}

function stopper(child: ChildProcess): () => Promise<void> {
  return async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill();
    await exited;
  };
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error("a process of the benchmark did not start");
  return pid;
}

/** Starts one of the modules of this folder, which says by itself where it serves. */
export async function forkServer(file: string, args: readonly string[] = []): Promise<BenchProcess> {
  const env = childEnvironment({ NODE_ENV: "production" });
  const child = fork(`${import.meta.dirname}/${file}`, args, { env });
  const ended = once(child, "exit").then(() => {
    throw new Error(`${file} ended before it served`);
  });
  const message = (await Promise.race([once(child, "message"), ended])) as [{ origin: string }];
  ended.catch(() => undefined);
  return { pid: pidOf(child), origin: message[0].origin, stop: stopper(child) };
}

/** Starts a Node program and waits until `origin` answers, whatever it says. */
export async function spawnServer(
  origin: string,
  command: { args: readonly string[]; cwd: string; env: Readonly<Record<string, string>> },
): Promise<BenchProcess> {
  const env = childEnvironment({ NODE_ENV: "production", ...command.env });
  const child = spawn(process.execPath, command.args, { cwd: command.cwd, env, stdio: "ignore" });
  const stop = stopper(child);
  const pid = pidOf(child);
  for (const deadline = performance.now() + 30_000; ; ) {
    const answered = await fetch(origin).then(
      () => true,
      () => false,
    );
    if (answered) return { pid, origin, stop };
    if (child.exitCode !== null || performance.now() > deadline) {
      await stop();
      throw new Error(`${command.args.join(" ")} does not answer at ${origin}`);
    }
    await delay(50);
  }
}
