import type { Socket } from "node:net";

/** Holds back what render asks while it does not take what it is answered. */
export interface BridgeFlow {
  /** A call begins. */
  begin(): void;
  /**
   * Calls `write` as soon as there is room. Until then the answer is not packed: a file is one piece of memory for all
   * who wait for it.
   */
  whenRoom(write: () => void): Promise<void>;
  /** A call is answered. */
  end(): void;
}

/** More than all pages at once can ask. Calls beyond it wait in the socket: a flood fills render's memory, not front's. */
const callsAtOnce = 1_024;
/** Answers that render has not read yet. Beyond it the next ones wait, and no more calls are read. */
const unreadLimitBytes = 4 * 1_024 * 1_024;

/** Watches over one socket. */
export function createBridgeFlow(socket: Socket): BridgeFlow {
  let running = 0;
  let room = Promise.withResolvers<undefined>();
  const isUnread = (): boolean => socket.writableLength > unreadLimitBytes;
  const steer = (): void => {
    if (running >= callsAtOnce || isUnread()) socket.pause();
    else socket.resume();
  };
  const proceed = (): void => {
    room.resolve(undefined);
    room = Promise.withResolvers<undefined>();
    steer();
  };
  socket.on("drain", proceed);
  socket.on("close", proceed);
  return {
    begin() {
      running += 1;
      steer();
    },
    async whenRoom(write) {
      // Whoever was first may have filled it again.
      while (socket.writable && isUnread()) await room.promise;
      write();
    },
    end() {
      running -= 1;
      steer();
    },
  };
}
