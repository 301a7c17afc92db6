export type { CorsPolicy, CorsRule } from "./cors.ts";
export { createHttpService, type HttpServiceOptions, timeToReceive } from "./create-http-service.ts";
export { commonEnv, parseEnv, trustedProxiesSchema } from "./env.ts";
export { type HttpServiceCode, ProblemError, type ProblemOptions, unavailable } from "./errors.ts";
export { type ListenOptions, listen } from "./listen.ts";
export { createLogger, type LoggerOptions } from "./logger.ts";
export { parseBody, parseQuery } from "./parse.ts";
export { requestIdOf } from "./request-id.ts";
export { toProblemError } from "./to-problem-error.ts";
