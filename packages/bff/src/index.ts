export { type BffErrorCode, bffProblem } from "./errors.ts";
export { type BffOptions, bffPlugin } from "./plugin.ts";
export { type ApiAnswer, type ReadApiOptions, readApi } from "./read-api.ts";
export { createRefresher, type RefreshedTokens, type Refresher, type RefreshOutcome } from "./refresher.ts";
export { createSessionTokens, type SessionTokens } from "./session-tokens.ts";
