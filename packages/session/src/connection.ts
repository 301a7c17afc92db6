import type { BffError } from "./errors.ts";

/** Whether the shell can do its work: `reconnecting` while it, its session store or identity cannot be reached. */
export type Connection = "online" | "reconnecting";

interface ConnectionOptions {
  readonly onChange: (connection: Connection) => void;
  /** Asks the shell something that needs its session store. */
  readonly probe: () => void;
}

/** What is away. The shell answers for a session without identity, so only API calls show that identity is back. */
type Away = "shell" | "identity";

const firstDelayMs = 2_000;
const longestDelayMs = 15_000;
/** Callers wait as long as they were told, then identity has this long to show itself. */
const identityGraceMs = 5_000;

function awayIn(error: BffError): Away | null {
  if (error.code === "identity_unavailable") return "identity";
  return error.code === "store_unavailable" || error.code === "network_error" ? "shell" : null;
}

/** Follows whether the shell can be reached, and asks by itself until it can. */
export class ConnectionState {
  readonly #options: ConnectionOptions;
  #away: Away | null = null;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** A request was answered. `api`: by the API behind the shell; otherwise by the shell from the session alone. */
  succeeded(from: "api" | "session"): void {
    if (this.#away === null || (this.#away === "identity" && from === "session")) return;
    this.#set(null);
  }

  /** A request failed. Failures of a single service leave the connection as it is. */
  failed(error: BffError): void {
    const away = awayIn(error);
    if (away === null) {
      this.succeeded("api");
      return;
    }
    const told = error.retryAfterSeconds;
    const delayMs =
      told === undefined ? Math.min(firstDelayMs * 2 ** this.#attempt, longestDelayMs) : told * 1_000;
    this.#attempt += 1;
    this.#set(away);
    clearTimeout(this.#timer);
    this.#timer =
      away === "shell"
        ? setTimeout(this.#options.probe, delayMs)
        : setTimeout(() => {
            this.#set(null);
          }, delayMs + identityGraceMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #set(away: Away | null): void {
    const changed = (this.#away === null) !== (away === null);
    this.#away = away;
    if (away === null) {
      clearTimeout(this.#timer);
      this.#attempt = 0;
    }
    if (changed) this.#options.onChange(away === null ? "online" : "reconnecting");
  }
}
