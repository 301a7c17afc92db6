/**
 * Tells a call that nobody waits for its answer any more. An AbortController without the price of its events: there is
 * one for every request.
 */
export class Cancellation {
  /** What is to be stopped; called at most once, and never when `isCancelled` was true already. */
  onCancel: (() => void) | null = null;
  #isCancelled = false;

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  cancel(): void {
    if (this.#isCancelled) return;
    this.#isCancelled = true;
    this.onCancel?.();
  }
}
