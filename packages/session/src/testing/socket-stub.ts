/** Stands for the shell's end of WebSockets in a test: put `WebSocket` in place of the global one. */
export interface SocketStub {
  readonly WebSocket: typeof WebSocket;
  /** Paths that were connected to, in order, without `/api/bff`. */
  readonly paths: readonly string[];
  /** Accepts the latest connection. */
  open(): void;
  /** Sends a message, as JSON, over the latest connection. */
  send(message: unknown): void;
  /** Closes the latest connection. */
  close(): void;
}

class StubbedSocket extends EventTarget {
  readonly url: string;
  isClosed = false;

  constructor(url: string, onCreate: (socket: StubbedSocket) => void) {
    super();
    this.url = url;
    onCreate(this);
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.dispatchEvent(new Event("close"));
  }
}

/** Creates a stub; it does nothing by itself. */
export function createSocketStub(): SocketStub {
  const sockets: StubbedSocket[] = [];
  class RecordedSocket extends StubbedSocket {
    constructor(url: string) {
      super(url, (socket) => sockets.push(socket));
    }
  }
  const latest = (): StubbedSocket => {
    const socket = sockets.at(-1);
    if (socket === undefined) throw new Error("nothing has connected yet");
    return socket;
  };
  return {
    // The part of a WebSocket that this package uses.
    WebSocket: RecordedSocket as unknown as typeof WebSocket,
    get paths() {
      return sockets.map(({ url }) => new URL(url).pathname.replace(/^\/api\/bff/u, ""));
    },
    open: () => {
      latest().dispatchEvent(new Event("open"));
    },
    send: (message) => {
      latest().dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message) }));
    },
    close: () => {
      latest().close();
    },
  };
}
