import type { Child, ChildExit } from "./child.ts";

/** A process that is kept running. */
export interface ProcessDefinition {
  readonly name: string;
  /** Stores are stopped after the apps that use them. */
  readonly kind: "store" | "app";
  /** Starts it and resolves when it is ready; hands over the child as soon as there is one. Leaves nothing when it throws. */
  start(onSpawn: (child: Child) => void): Promise<unknown>;
}

/** What happened to a process. */
export type ProcessEvent =
  | { readonly kind: "spawned" | "exited" | "ready"; readonly name: string }
  | { readonly kind: "restarting"; readonly name: string; readonly reason: string; readonly delayMs: number };

/** One process under supervision. */
export interface SupervisedProcess {
  readonly name: string;
  readonly kind: "store" | "app";
  /** Process id; undefined while it does not run. */
  pid(): number | undefined;
  /** Starts it unless it runs; resolves when it is ready. */
  start(): Promise<void>;
  /** Stops it and leaves it stopped. */
  stop(): Promise<void>;
  restart(): Promise<void>;
  /** Sends a signal. What ends without `stop` is started again, after a pause that grows with every failure. */
  kill(signal: NodeJS.Signals): void;
}

const firstPauseMs = 250;
const longestPauseMs = 10_000;
const healthyAfterMs = 30_000;

/** Puts a process under supervision; it is not started yet. */
export function superviseProcess(
  definition: ProcessDefinition,
  observe: (event: ProcessEvent) => void,
): SupervisedProcess {
  const { name, kind } = definition;
  let child: Child | undefined;
  let wanted = false;
  let readySince: number | undefined;
  let failures = 0;
  let pause: NodeJS.Timeout | undefined;
  let launching: Promise<void> | undefined;

  const onSpawn = (spawned: Child): void => {
    child = spawned;
    observe({ kind: "spawned", name });
    if (!wanted) void spawned.stop();
    void spawned.exited.then((exit) => {
      if (child !== spawned) return;
      child = undefined;
      observe({ kind: "exited", name });
      if (wanted && readySince !== undefined) restartLater(describeExit(exit));
    });
  };

  const launch = (): Promise<void> => {
    readySince = undefined;
    launching = definition.start(onSpawn).then(() => {
      // It can have ended between its last good answer and now.
      if (wanted && child === undefined) throw new Error(`${name} ended as it became ready`);
      readySince = performance.now();
      observe({ kind: "ready", name });
    });
    return launching;
  };

  const restartLater = (reason: string): void => {
    if (readySince !== undefined && performance.now() - readySince > healthyAfterMs) failures = 0;
    const delayMs = Math.min(longestPauseMs, firstPauseMs * 2 ** failures);
    failures += 1;
    observe({ kind: "restarting", name, reason, delayMs });
    pause = setTimeout(() => {
      launch().catch((error: unknown) => {
        if (wanted)
          restartLater(error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error));
      });
    }, delayMs);
  };

  const start = async (): Promise<void> => {
    clearTimeout(pause);
    if (wanted && child !== undefined) return;
    wanted = true;
    try {
      await launch();
    } catch (error) {
      wanted = false;
      throw error;
    }
  };

  const stop = async (): Promise<void> => {
    wanted = false;
    clearTimeout(pause);
    await child?.stop();
    await launching?.catch(() => undefined);
    await child?.stop();
  };

  return {
    name,
    kind,
    pid: () => child?.pid,
    start,
    stop,
    async restart() {
      await stop();
      await start();
    },
    kill(signal) {
      child?.kill(signal);
    },
  };
}

function describeExit({ code, signal }: ChildExit): string {
  return signal === null ? `exit status ${String(code)}` : signal;
}
