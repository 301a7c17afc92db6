/** `Date` has whole seconds and the way takes time: what differs less than this says nothing, in milliseconds. */
const toleranceMs = 2_000;

/** The server's time. Deadlines come from its clock, and the machine's may be minutes off. */
export class ServerClock {
  #offsetMs = 0;

  /** Milliseconds since the epoch, as the server reckons. */
  now(): number {
    return Date.now() + this.#offsetMs;
  }

  /** Learns from a response. Returns by how many milliseconds the idea of the server's time changed, mostly 0. */
  learn(response: Response): number {
    const date = Date.parse(response.headers.get("date") ?? "");
    if (Number.isNaN(date)) return 0;
    const offsetMs = date - Date.now();
    if (Math.abs(offsetMs - this.#offsetMs) < toleranceMs) return 0;
    const changeMs = offsetMs - this.#offsetMs;
    this.#offsetMs = offsetMs;
    return changeMs;
  }
}
