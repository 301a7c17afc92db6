import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { FastifyBaseLogger } from "fastify";
import { Pool } from "undici";
import { type FrontMessage, renderMessageSchema } from "../../bridge/protocol.ts";
import { ShellError } from "../errors.ts";
import { answerCall, type BridgeOperations } from "./bridge-server.ts";
import { spawnRender } from "./spawn-render.ts";

/** The render process and the way to it. It is started again whenever it dies. */
export interface RenderProcess {
  /**
   * Connections whose other ends are handed over to render.
   * @throws {ShellError} `render_gone` when no render process became ready in time.
   */
  connect(): Promise<Pool>;
  /** Process id of the current render process, or null between two. */
  pid(): number | null;
  check(): Promise<void>;
  close(): Promise<void>;
}

/** How long a page waits for a render process that is starting. */
const readyTimeoutMs = 10_000;
/** Delay before a render process that died is started again, so that one that dies at start does not spin. */
const restartDelayMs = 250;

/** Starts render and keeps it running. */
export async function startRender(
  operations: BridgeOperations,
  log: FastifyBaseLogger,
): Promise<RenderProcess> {
  let current: ChildProcess | null = null;
  let closing = false;
  let isReady = false;
  const waiting = new Set<() => void>();

  const send = (child: ChildProcess, message: FrontMessage, socket?: Socket): void => {
    if (!child.connected) {
      socket?.destroy();
      return;
    }
    child.send(message, socket, { keepOpen: false }, (error) => {
      if (error) socket?.destroy();
    });
  };

  const receive = async (child: ChildProcess, raw: unknown): Promise<void> => {
    const message = renderMessageSchema.parse(raw);
    if (message.type === "ready") {
      isReady = true;
      log.info({ pid: child.pid }, "render is ready");
      for (const wake of waiting) wake();
      return;
    }
    try {
      const value = await answerCall(message.call, operations);
      send(child, { type: "answer", id: message.id, value });
    } catch (error) {
      log.warn({ err: error, operation: message.call.operation }, "a call of render was refused");
      send(child, {
        type: "failure",
        id: message.id,
        message: error instanceof Error ? error.message : "refused",
      });
    }
  };

  const start = (): void => {
    const child = spawnRender();
    current = child;
    child.on("message", (raw) => {
      receive(child, raw).catch((error: unknown) => {
        log.error({ err: error }, "render sent something unknown; ending it");
        child.kill("SIGKILL");
      });
    });
    child.once("exit", (code, signal) => {
      isReady = false;
      current = null;
      if (closing) return;
      log.error({ code, signal }, "render ended; starting it again");
      setTimeout(start, restartDelayMs);
    });
  };
  start();

  const directory = await mkdtemp(path.join(tmpdir(), "mullion-"));
  const socketPath = path.join(directory, "render");
  const server: Server = createServer({ pauseOnConnect: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    if (current === null || !isReady) socket.destroy();
    else send(current, { type: "connection" }, socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(socketPath, resolve);
  });
  const pool = new Pool("http://render", { socketPath, connections: 64, pipelining: 1 });

  const untilReady = async (): Promise<void> => {
    if (isReady) return;
    await new Promise<void>((resolve, reject) => {
      const wake = (): void => {
        clearTimeout(timer);
        waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(() => {
        waiting.delete(wake);
        reject(new ShellError("render_gone", "The render process is not ready."));
      }, readyTimeoutMs);
      waiting.add(wake);
    });
  };

  return {
    async connect() {
      await untilReady();
      return pool;
    },
    pid: () => current?.pid ?? null,
    check: async () => {
      if (!isReady) throw new ShellError("render_gone", "The render process is not ready.");
    },
    async close() {
      closing = true;
      await pool.destroy();
      server.close();
      current?.kill("SIGTERM");
      await rm(directory, { recursive: true, force: true });
    },
  };
}
