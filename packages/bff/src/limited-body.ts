import type { IncomingMessage } from "node:http";
import { Transform } from "node:stream";
import type { ApiRoute } from "@mullion/contracts";
import { bffProblem } from "./errors.ts";

/** True when the request announces a body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

function limitBody(limitBytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > limitBytes) done(bffProblem("body_too_large", { detail: `At most ${limitBytes} bytes.` }));
      else done(null, chunk);
    },
  });
}

/**
 * The request's body, ended with an error when it grows over the route's limit.
 * @throws {ProblemError} `body_too_large` (413) when it already says that it will.
 */
export function limitedBody(request: IncomingMessage, route: ApiRoute): Transform {
  if (Number(request.headers["content-length"] ?? 0) > route.bodyLimitBytes) {
    throw bffProblem("body_too_large", { detail: `At most ${route.bodyLimitBytes} bytes.` });
  }
  const limited = limitBody(route.bodyLimitBytes);
  // Whoever reads the body gets the error too; this listener only keeps it from being fatal before anybody reads.
  limited.on("error", () => {
    request.unpipe(limited);
    request.resume();
  });
  return request.pipe(limited);
}
