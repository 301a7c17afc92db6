export { type ClientCredentialsOptions, createClientCredentials } from "./client-credentials.ts";
export { type AccessTokenCode, AccessTokenError } from "./errors.ts";
export { accessTokenPlugin } from "./plugin.ts";
export { createVerifier, type Verifier, type VerifierOptions } from "./verifier.ts";
