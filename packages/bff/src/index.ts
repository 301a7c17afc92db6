export type {
  Credentials,
  CredentialsBackend,
  Person,
  SignInOutcome,
} from "./credentials/credentials-backend.ts";
export {
  createDjangoBackend,
  type DjangoBackendOptions,
  type DjangoPaths,
} from "./credentials/django-backend.ts";
export { type BffErrorCode, bffProblem } from "./errors.ts";
export { createOpenStreams, type OpenStreams } from "./open-streams.ts";
export type { ApiAccess, BffOptions, SessionRouteCall, SessionRoutes } from "./options.ts";
export { bffPlugin } from "./plugin.ts";
export { type ApiAnswer, readApi } from "./read-api.ts";
export { createRefresher, type RefreshedTokens, type Refresher, type RefreshOutcome } from "./refresher.ts";
export { guardRequest } from "./request-guard.ts";
export { createSessionTokens, type SessionTokens } from "./session-tokens.ts";
export { storeProblem } from "./store-problem.ts";
