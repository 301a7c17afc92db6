import { commonEnv, parseEnv, trustedProxiesSchema } from "@mullion/http-service";
import { rootKeysSchema } from "@mullion/release-signing";
import { redisUrlSchema } from "@mullion/token-store";
import { z } from "zod";

/** A URL that files are served under. It stands in every page's policy: nothing may be in it that ends a directive. */
const baseSchema = z
  .url({ protocol: /^https?$/ })
  .regex(/^[^?#@;'*\s]+\/$/, "must be a URL that ends in / and has no query")
  .transform((url) => new URL(url).href);

const basesSchema = z
  .string()
  .default("")
  .transform((list) => list.split(",").flatMap((url) => (url.trim() === "" ? [] : [url.trim()])))
  .pipe(z.array(baseSchema));

const common = {
  ...commonEnv,
  /** Origin that browsers see, without a trailing slash. */
  SHELL_ORIGIN: z.url().transform((url) => new URL(url).origin),
  /** Signs NextAuth's short-lived CSRF, state and nonce cookies. */
  NEXTAUTH_SECRET: z.string().min(32),
  /** Seals session records: `id:base64 of 32 bytes`, newest first, comma separated. */
  SESSION_KEYS: z.string().min(1),
  REDIS_URL: redisUrlSchema,
  GATEWAY_URL: z.url(),
  /** Module whose default export is the route manifest; the platform's own unless given. */
  ROUTES_MODULE: z.string().min(1).optional(),
  /** Longest life of a session, whatever the activity. */
  SESSION_TTL_SECONDS: z.coerce.number().int().min(60).max(2_592_000).default(43_200),
  /** A session that nobody used for so long ends. */
  SESSION_IDLE_SECONDS: z.coerce.number().int().min(5).max(2_592_000).default(1_800),
  /** Replicas of Redis that must hold a new session before its sign-in succeeds. */
  SESSION_REPLICAS: z.coerce.number().int().min(0).max(5).default(0),
  TRUSTED_PROXIES: trustedProxiesSchema,
  /** Channel of the registry whose versions are shown. */
  CHANNEL: z.string().default("production"),
  /**
   * Where the files of remotes may come from: URLs ending in `/` that serve `<remote>/<version>/…`, comma separated. What the
   * registry places elsewhere is not used. The registry's own `artifacts/` unless given.
   */
  ARTIFACT_BASES: basesSchema,
  /** Further hosts of the same files, in order, written alike. */
  ARTIFACT_MIRRORS: basesSchema,
  /** Whether an override may show a build from a developer's own machine. */
  DEVELOPMENT_OVERRIDES: z.stringbool().default(false),
};

/** The authorization server, and the client that the shell is there. */
const client = {
  ISSUER: z.url(),
  CLIENT_ID: z.string().min(1),
  CLIENT_SECRET: z.string().min(16),
};

/** The registry is read with a token of the client. */
const registry = {
  ...client,
  REGISTRY_URL: z.url(),
  API_AUDIENCE: z.string().min(1),
  /** Public keys that delegations are verified with, as a JWK set: what they did not let in is not shown. */
  RELEASE_ROOT_KEYS: rootKeysSchema,
  /** Where events about panes go, with a token of the client; they are not kept unless given. */
  INSIGHTS_URL: z.url().optional(),
};

const oidcSchema = z.object({ ...common, ...registry, SIGN_IN: z.literal("oidc") });

const credentialsSchema = z
  .object({
    ...common,
    ...z.object(registry).partial().shape,
    SIGN_IN: z.literal("credentials"),
    /** Backend that takes usernames and passwords. */
    CREDENTIALS_URL: z.url({ protocol: /^https?$/ }),
  })
  .superRefine((env, context) => {
    if (env.REGISTRY_URL === undefined) return;
    for (const name of [
      "ISSUER",
      "CLIENT_ID",
      "CLIENT_SECRET",
      "API_AUDIENCE",
      "RELEASE_ROOT_KEYS",
    ] as const) {
      if (env[name] === undefined) context.addIssue({ code: "custom", path: [name], message: "is needed" });
    }
  });

const schema = z
  .preprocess(
    (env) => ({ SIGN_IN: "oidc", ...(env as object) }),
    z.discriminatedUnion("SIGN_IN", [oidcSchema, credentialsSchema]),
  )
  .refine(({ SHELL_ORIGIN }) => isSecure(SHELL_ORIGIN), {
    path: ["SHELL_ORIGIN"],
    message: "must be https: the session cookie is Secure. Plain http is for localhost only",
  });

function isSecure(origin: string): boolean {
  const { protocol, hostname } = new URL(origin);
  return protocol === "https:" || hostname === "localhost" || hostname === "127.0.0.1";
}

/** Settings of the front. */
export type ShellEnv = z.infer<typeof schema>;
/** Settings of a front whose visitors sign in at an authorization server. */
export type OidcEnv = z.infer<typeof oidcSchema>;
/** Settings of a front whose visitors sign in by username and password at a backend. */
export type CredentialsEnv = z.infer<typeof credentialsSchema>;

/** Where the registry is, and as whom it is read. */
export type RegistryEnv = Pick<OidcEnv, keyof typeof registry>;

/** The registry's settings, or null where there is none: possible without an authorization server only. */
export function registryOf(env: ShellEnv): RegistryEnv | null {
  const { ISSUER, CLIENT_ID, CLIENT_SECRET, REGISTRY_URL, API_AUDIENCE, RELEASE_ROOT_KEYS, INSIGHTS_URL } =
    env;
  const isComplete =
    ISSUER !== undefined &&
    CLIENT_ID !== undefined &&
    CLIENT_SECRET !== undefined &&
    REGISTRY_URL !== undefined &&
    API_AUDIENCE !== undefined &&
    RELEASE_ROOT_KEYS !== undefined;
  if (!isComplete) return null;
  return { ISSUER, CLIENT_ID, CLIENT_SECRET, REGISTRY_URL, API_AUDIENCE, RELEASE_ROOT_KEYS, INSIGHTS_URL };
}

/** Where the files of remotes may come from: what is set, or what the registry serves under its own address. */
export function artifactBasesOf(env: ShellEnv): readonly string[] {
  if (env.ARTIFACT_BASES.length > 0 || env.REGISTRY_URL === undefined) return env.ARTIFACT_BASES;
  return [new URL("artifacts/", `${env.REGISTRY_URL.replace(/\/$/, "")}/`).href];
}

/** Reads the environment; names every missing or wrong variable and exits when there is one. */
export function readEnv(variables: Readonly<NodeJS.ProcessEnv> = process.env): ShellEnv {
  const env = parseEnv(schema, variables);
  // NextAuth v4 takes its public address from this variable and from nowhere else.
  process.env["NEXTAUTH_URL"] = env.SHELL_ORIGIN;
  return env;
}
