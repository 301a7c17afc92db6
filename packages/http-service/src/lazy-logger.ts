import type { FastifyBaseLogger } from "fastify";

type Arguments = Parameters<FastifyBaseLogger["info"]>;

/** A request's logger, made at its first line: most requests are answered without one, and making it is not free. */
export class LazyLogger implements FastifyBaseLogger {
  readonly #parent: FastifyBaseLogger;
  readonly #bindings: Record<string, unknown>;
  readonly #options: Parameters<FastifyBaseLogger["child"]>[1];
  #made: FastifyBaseLogger | undefined;

  constructor(
    parent: FastifyBaseLogger,
    bindings: Record<string, unknown>,
    options: Parameters<FastifyBaseLogger["child"]>[1],
  ) {
    this.#parent = parent;
    this.#bindings = bindings;
    this.#options = options;
  }

  get #logger(): FastifyBaseLogger {
    this.#made ??= this.#parent.child(this.#bindings, this.#options);
    return this.#made;
  }

  get level(): string {
    return this.#options?.level ?? this.#parent.level;
  }
  child(...args: Parameters<FastifyBaseLogger["child"]>): FastifyBaseLogger {
    return this.#logger.child(...args);
  }
  trace(...args: Arguments): void {
    this.#logger.trace(...args);
  }
  debug(...args: Arguments): void {
    this.#logger.debug(...args);
  }
  info(...args: Arguments): void {
    this.#logger.info(...args);
  }
  warn(...args: Arguments): void {
    this.#logger.warn(...args);
  }
  error(...args: Arguments): void {
    this.#logger.error(...args);
  }
  fatal(...args: Arguments): void {
    this.#logger.fatal(...args);
  }
  silent(...args: Arguments): void {
    this.#logger.silent(...args);
  }
}
