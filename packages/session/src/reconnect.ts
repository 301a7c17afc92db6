import { BffError } from "./errors.ts";
import { retryDelayMs } from "./retry.ts";

/** `connecting`: not there yet, or lost and being sought. `closed`: not wanted, or refused for good. */
export type StreamStatus = "connecting" | "open" | "closed";

/** How one connection of a stream is made and told of. */
interface ReconnectOptions {
  /** Connects and resolves when the connection has ended; calls `onOpen` in between. */
  readonly connect: (onOpen: () => void) => Promise<void>;
  readonly onStatus: (status: StreamStatus, error?: BffError) => void;
  readonly signal: AbortSignal;
  /** What the server wants to be waited, in milliseconds, where it said so. */
  readonly baseDelayMs?: () => number | undefined;
}

function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, delayMs);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

// Neither a session that is over nor a call that may not be made gets better by repetition.
function isRefusal({ status }: BffError): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

function toFailure(error: unknown): BffError {
  if (error instanceof BffError) return error;
  return new BffError({ status: 0, code: "stream_lost", message: "The stream broke off." }, { cause: error });
}

/** Keeps a stream connected until `signal` says otherwise or the server refuses it for good. */
export async function keepConnected(options: ReconnectOptions): Promise<void> {
  const { connect, onStatus, signal, baseDelayMs } = options;
  let attempt = 0;
  // A function, because TypeScript takes a property for what it was before the pause.
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    const opened = (): void => {
      attempt = 0;
      onStatus("open");
    };
    const failure = await connect(opened).then(() => undefined, toFailure);
    if (isOver()) return;
    if (failure !== undefined && isRefusal(failure)) {
      onStatus("closed", failure);
      return;
    }
    onStatus("connecting", failure);
    const askedMs = attempt === 0 ? baseDelayMs?.() : undefined;
    await pause(askedMs ?? retryDelayMs(attempt, failure?.retryAfterSeconds), signal);
    attempt += 1;
  }
}
