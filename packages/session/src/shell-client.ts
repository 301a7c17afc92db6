import { type SessionView, sessionResponseSchema } from "@mullion/contracts";
import { type BffRequest, parseData, readJson, shellFetch } from "./bff-fetch.ts";
import { type Connection, ConnectionState } from "./connection.ts";
import { BffError, toBffError } from "./errors.ts";

/** A stream's request. */
export interface StreamRequest {
  readonly path: string;
  readonly remote: string | null;
  /** Empty when the stream starts anew. */
  readonly lastEventId: string;
  readonly signal: AbortSignal;
}

/** What the client tells whoever made it. */
export interface ShellClientOptions {
  /** Whether somebody is there: their calls prolong the session. */
  readonly isActive: () => boolean;
  readonly onResponse: (response: Response) => void;
  /** A call that prolonged the session was answered. */
  readonly onSlid: () => void;
  /** A call was answered with 401. */
  readonly onUnauthenticated: () => void;
  readonly onConnection: (connection: Connection) => void;
  /** It is time to see whether the shell is back. */
  readonly probe: () => void;
}

/** The way to the shell: sends what its guard asks for, and sees from the answers what is away. */
export class ShellClient {
  readonly #options: ShellClientOptions;
  readonly #connection: ConnectionState;

  constructor(options: ShellClientOptions) {
    this.#options = options;
    this.#connection = new ConnectionState({ onChange: options.onConnection, probe: options.probe });
  }

  /** Stops asking by itself. */
  stop(): void {
    this.#connection.stop();
  }

  /**
   * Calls the BFF. Unless `isPersons`, it counts as a person's doing only while somebody is there.
   * @throws {BffError}
   */
  async request(call: BffRequest, isPersons: boolean): Promise<unknown> {
    const background = !isPersons && !this.#options.isActive();
    const answer = await this.#observed(async () => {
      const response = await shellFetch(`/api/bff${call.path}`, { ...call, background });
      this.#options.onResponse(response);
      return readJson(response);
    });
    if (!background) this.#options.onSlid();
    return answer;
  }

  /**
   * Opens a stream of events; it never prolongs the session.
   * @throws {BffError}
   */
  async openStream({ path, lastEventId, ...options }: StreamRequest): Promise<Response> {
    return this.#observed(async () => {
      const response = await shellFetch(`/api/bff${path}`, {
        ...{ ...options, method: "GET", background: true, accept: "text/event-stream" },
        ...(lastEventId === "" ? {} : { lastEventId }),
      });
      if (!response.ok) throw await toBffError(response);
      return response;
    }, options.signal);
  }

  /**
   * The session as the server knows it now; asking does not prolong it.
   * @throws {BffError}
   */
  async readSession(): Promise<SessionView | null> {
    try {
      const response = await shellFetch("/api/session", { method: "GET", background: true });
      this.#options.onResponse(response);
      const { session } = parseData(sessionResponseSchema, await readJson(response));
      this.#connection.succeeded("session");
      return session;
    } catch (error) {
      if (error instanceof BffError) this.#connection.failed(error);
      throw error;
    }
  }

  async #observed<T>(send: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      const answer = await send();
      this.#connection.succeeded("api");
      return answer;
    } catch (error) {
      if (error instanceof BffError && signal?.aborted !== true) {
        this.#connection.failed(error);
        if (error.status === 401) this.#options.onUnauthenticated();
      }
      throw error;
    }
  }
}
