import { setTimeout as delay } from "node:timers/promises";

/** A connection to a Node.js process that was started with `--inspect` (Chrome DevTools Protocol). */
export interface Inspector {
  /** Bytes of live objects: what is left of the JavaScript heap after full collections. */
  liveHeapBytes(): Promise<number>;
}

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** Connects to the inspector that listens on a port of this machine. */
export async function connectInspector(port: number): Promise<Inspector> {
  const list = await fetch(`http://127.0.0.1:${port}/json/list`);
  const [target] = (await list.json()) as { webSocketDebuggerUrl: string }[];
  if (target === undefined) throw new Error(`nothing can be inspected at port ${port}`);
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let last = 0;
  socket.addEventListener("message", ({ data }) => {
    const { id, result, error } = JSON.parse(String(data)) as Answer;
    const answered = waiting.get(id ?? 0);
    waiting.delete(id ?? 0);
    if (error === undefined) answered?.resolve(result);
    else answered?.reject(new Error(error.message));
  });
  socket.addEventListener("close", () => {
    for (const { reject } of waiting.values()) reject(new Error("the inspector closed the connection"));
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("error", reject, { once: true });
  });
  const ask = (method: string): Promise<unknown> => {
    const asked = Promise.withResolvers<unknown>();
    last += 1;
    waiting.set(last, asked);
    socket.send(JSON.stringify({ id: last, method }));
    return asked.promise;
  };
  return {
    async liveHeapBytes() {
      // What the first collection finalizes is only let go by the next, after the event loop has turned.
      for (let round = 0; round < 3; round += 1) {
        await ask("HeapProfiler.collectGarbage");
        await delay(50);
      }
      return ((await ask("Runtime.getHeapUsage")) as { usedSize: number }).usedSize;
    },
  };
}
