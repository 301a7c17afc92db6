import type { IncomingHttpHeaders } from "node:http";
import type { Readable, Writable } from "node:stream";
import { type Dispatcher, errors, type Pool } from "undici";
import type { Cancellation } from "./cancellation.ts";

/** What happens to one request to the gateway. */
export interface Exchange {
  readonly request: Dispatcher.DispatchOptions & { readonly body: Readable | null };
  readonly cancellation: Cancellation;
  /** Takes status and headers; returns where the body goes, or null when it is not wanted. */
  readonly onAnswer: (status: number, headers: IncomingHttpHeaders) => Writable | null;
  /** The whole answer was handed on. */
  readonly onEnd: () => void;
  readonly onFailure: (error: Error) => void;
}

/** Hands an answer on piece by piece, and makes the gateway wait while the other side does not take more. */
class AnswerHandler implements Dispatcher.DispatchHandler {
  readonly #exchange: Exchange;
  #target: Writable | null = null;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const { cancellation } = this.#exchange;
    const abort = (): void => {
      controller.abort(new errors.RequestAbortedError());
    };
    if (cancellation.isCancelled) abort();
    else cancellation.onCancel = abort;
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    // Informational answers (1xx) precede the one that counts.
    if (status < 200) return;
    this.#target = this.#exchange.onAnswer(status, headers);
    this.#target?.on("error", (error) => {
      controller.abort(error);
    });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#target === null || this.#target.write(chunk)) return;
    controller.pause();
    this.#target.once("drain", () => {
      controller.resume();
    });
  }

  onResponseEnd(): void {
    this.#target?.end();
    this.#exchange.onEnd();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#target?.destroy(error);
    this.#exchange.request.body?.destroy(error);
    this.#exchange.onFailure(error);
  }
}

/** Carries out one request; what undici's `stream` does, without the streams and promises it puts in between. */
export function exchangeWith(pool: Pool, exchange: Exchange): void {
  // A name of its own: V8 allocates a function literal that is assigned to a property in the old generation, and all
  // that the request consists of would stay there with it, until the next full collection.
  const giveUp = (): void => {
    exchange.onFailure(new errors.RequestAbortedError());
  };
  // While it waits for a connection there is nothing to abort, and nobody to wait for it either.
  exchange.cancellation.onCancel = giveUp;
  pool.dispatch(exchange.request, new AnswerHandler(exchange));
}
