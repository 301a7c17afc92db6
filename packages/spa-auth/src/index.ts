export { type ApiClient, type ApiClientOptions, createApiClient } from "./api-client.ts";
export type { AuthEvent, AuthState, SignOutReason } from "./auth-state.ts";
export { createSpaAuth, type SpaAuth, type SpaAuthOptions } from "./create-spa-auth.ts";
export { type SpaAuthCode, SpaAuthError } from "./errors.ts";
export type { IdleOptions } from "./idle-clock.ts";
export type { Credentials } from "./session-api.ts";
