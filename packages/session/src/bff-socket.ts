import { BffError } from "./errors.ts";

interface SocketOptions {
  /** Path of the API. */
  readonly path: string;
  readonly onOpen: () => void;
  readonly onMessage: (text: string) => void;
  readonly signal: AbortSignal;
}

function socketUrl(path: string): string {
  const url = new URL(`/api/bff${path}`, window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

/**
 * Connects a WebSocket and resolves when it closes. Binary messages are left out.
 * @throws {BffError} `stream_lost` when it was never open; browsers do not tell why.
 */
export function connectSocket({ path, onOpen, onMessage, signal }: SocketOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(socketUrl(path));
    let wasOpen = false;
    const close = (): void => {
      if (wasOpen) socket.close();
      // Closed before it is open, a socket makes browsers complain in the console of an error that is none.
      else
        socket.addEventListener(
          "open",
          () => {
            socket.close();
          },
          { once: true },
        );
    };
    signal.addEventListener("abort", close, { once: true });
    socket.addEventListener("open", () => {
      wasOpen = true;
      if (!signal.aborted) onOpen();
    });
    socket.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      if (typeof data === "string" && !signal.aborted) onMessage(data);
    });
    socket.addEventListener("close", () => {
      signal.removeEventListener("abort", close);
      if (wasOpen) resolve();
      else
        reject(
          new BffError({ status: 0, code: "stream_lost", message: "The live connection could not be made." }),
        );
    });
  });
}
