export { type ClientCredentialsOptions, createClientCredentials } from "./client-credentials.ts";
export { type AccessTokenCode, AccessTokenError } from "./errors.ts";
export { createIntrospection, type Introspection, type IntrospectionOptions } from "./introspection.ts";
export { accessTokenPlugin, type VerifyToken } from "./plugin.ts";
export { createVerifier, type Verifier, type VerifierOptions } from "./verifier.ts";
