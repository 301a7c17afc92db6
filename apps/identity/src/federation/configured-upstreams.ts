import { z } from "zod";
import { createGitHub } from "./github.ts";
import { createGoogle } from "./google.ts";
import type { Upstream } from "./upstream.ts";

const localHosts = new Set(["localhost", "127.0.0.1", "[::1]"]);

// Without a slash at the end: paths are added to it, and an issuer is compared as it is.
const server = z
  .url({ protocol: /^https?$/ })
  .refine((value) => !value.endsWith("/"), "must not end with a slash")
  .refine((value) => {
    const { protocol, hostname } = new URL(value);
    return protocol === "https:" || localHosts.has(hostname);
  }, "must be on https, or on http only for localhost");

/** Variables for the providers that people may sign in with; one without its client id is not offered. */
export const federationEnv = {
  GOOGLE_CLIENT_ID: z.string().min(1).optional(),
  GOOGLE_CLIENT_SECRET: z.string().min(1).optional(),
  GOOGLE_ISSUER: server.default("https://accounts.google.com"),
  GITHUB_CLIENT_ID: z.string().min(1).optional(),
  GITHUB_CLIENT_SECRET: z.string().min(1).optional(),
  GITHUB_URL: server.default("https://github.com"),
  GITHUB_API_URL: server.default("https://api.github.com"),
} as const;

type FederationEnv = z.output<z.ZodObject<typeof federationEnv>>;

/** A check of the environment: an id without its secret, or the other way round, is a mistake. */
export function checkFederationEnv(env: FederationEnv, context: z.RefinementCtx): void {
  for (const name of ["GOOGLE", "GITHUB"] as const) {
    const id = `${name}_CLIENT_ID` as const;
    const secret = `${name}_CLIENT_SECRET` as const;
    if ((env[id] === undefined) === (env[secret] === undefined)) continue;
    const [missing, given] = env[id] === undefined ? [id, secret] : [secret, id];
    context.addIssue({ code: "custom", path: [missing], message: `is needed with ${given}` });
  }
}

/** The providers that are configured, in the order of their buttons. */
export function configuredUpstreams(env: FederationEnv): Upstream[] {
  const { GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET, GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET } = env;
  const upstreams: Upstream[] = [];
  if (GOOGLE_CLIENT_ID !== undefined && GOOGLE_CLIENT_SECRET !== undefined) {
    upstreams.push(
      createGoogle({
        clientId: GOOGLE_CLIENT_ID,
        clientSecret: GOOGLE_CLIENT_SECRET,
        issuer: env.GOOGLE_ISSUER,
      }),
    );
  }
  if (GITHUB_CLIENT_ID !== undefined && GITHUB_CLIENT_SECRET !== undefined) {
    upstreams.push(
      createGitHub({
        clientId: GITHUB_CLIENT_ID,
        clientSecret: GITHUB_CLIENT_SECRET,
        url: env.GITHUB_URL,
        apiUrl: env.GITHUB_API_URL,
      }),
    );
  }
  return upstreams;
}
