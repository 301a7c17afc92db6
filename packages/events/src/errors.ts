/** Why a batch of events was not delivered. `refused` is final, `unreachable` is tried again. */
export type EventsCode = "refused" | "unreachable";

/** Delivery of a batch failed. */
export class EventsError extends Error {
  readonly code: EventsCode;

  constructor(code: EventsCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "EventsError";
    this.code = code;
  }
}
