export { BffError, type BffIssue } from "./errors.ts";
export { RequireRole } from "./require-role.tsx";
export type { SessionState } from "./session-context.ts";
export { SessionProvider } from "./session-provider.tsx";
export { type BffState, useBff } from "./use-bff.ts";
export { type BffMutation, type BffMutationOptions, useBffMutation } from "./use-bff-mutation.ts";
export { useSession } from "./use-session.ts";
