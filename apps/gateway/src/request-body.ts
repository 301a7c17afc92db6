import type { IncomingMessage } from "node:http";
import { Transform } from "node:stream";
import { gatewayProblem } from "./errors.ts";

/** A body to pass on, with the length when the caller told it. */
export interface ForwardedBody {
  stream: IncomingMessage | Transform;
  contentLength?: string;
}

function tooLarge(): Error {
  // What is left of the body would have to be read before the connection could serve another request.
  return gatewayProblem("body_too_large", { headers: { connection: "close" } });
}

/**
 * The body as a stream that never holds more than a chunk, or null when there is none. Throws 413 when the announced
 * length is above the limit; a body of unannounced length fails with 413 as soon as it passes it.
 */
export function limitedBody(request: IncomingMessage, limitBytes: number): ForwardedBody | null {
  const { "content-length": length, "transfer-encoding": encoding } = request.headers;
  if (encoding === undefined) {
    const announced = Number(length ?? 0);
    if (announced > limitBytes) throw tooLarge();
    return announced === 0 || length === undefined ? null : { stream: request, contentLength: length };
  }
  if (limitBytes === 0) throw tooLarge();
  let received = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      if (received > limitBytes) done(tooLarge());
      else done(null, chunk);
    },
  });
  request.on("error", (error) => counter.destroy(error)).pipe(counter);
  return { stream: counter };
}
