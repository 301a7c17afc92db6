import { commonEnv, parseEnv, trustedProxiesSchema } from "@mullion/http-service";
import { createKeyRing, redisUrlSchema } from "@mullion/token-store";
import { z } from "zod";
import { checkFederationEnv, federationEnv } from "./federation/configured-upstreams.ts";
import { smtpUrlSchema } from "./mail/smtp-url.ts";
import { type Limits, limitsEnv, limitsFrom } from "./rate-limit/limits.ts";
import { secretSchema } from "./secret-strength.ts";

const localHosts = new Set(["localhost", "127.0.0.1", "[::1]"]);

// Tokens and passwords in clear text are for the one machine that development happens on.
const issuer = z.url({ protocol: /^https?$/ }).refine((value) => {
  const { protocol, hostname, pathname, search, hash } = new URL(value);
  const secure = protocol === "https:" || localHosts.has(hostname);
  return secure && pathname === "/" && !value.endsWith("/") && search === "" && hash === "";
}, "must be an origin on https, or on http only for localhost");

const cookieKeys = z
  .string()
  .transform((value) => value.split(",").map((key) => key.trim()))
  .pipe(z.array(secretSchema).refine((keys) => new Set(keys).size === keys.length, "a key is listed twice"));

const isRandom = (entry: string): boolean => {
  const bytes = Buffer.from(entry.split(":")[1] ?? "", "base64");
  return new Set(bytes).size > bytes.length / 2;
};

const keyRing = z.string().transform((value, context) => {
  try {
    const ring = createKeyRing(value);
    if (value.split(",").every(isRandom)) return ring;
    context.addIssue({ code: "custom", message: "a key repeats itself: generate 32 random bytes" });
    return z.NEVER;
  } catch {
    context.addIssue({ code: "custom", message: 'must be "id:base64 of 32 bytes", separated by commas' });
    return z.NEVER;
  }
});

/** One secret for two purposes: whoever learns it for one has the other. */
function checkSecretsApart(
  env: Readonly<{ COOKIE_KEYS: readonly string[]; EVENTS_CLIENT_SECRET: string }>,
  context: z.RefinementCtx,
): void {
  if (!env.COOKIE_KEYS.includes(env.EVENTS_CLIENT_SECRET)) return;
  context.addIssue({
    code: "custom",
    path: ["COOKIE_KEYS"],
    message: "must not be the secret of a client too",
  });
}

const databaseEnv = { DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }) } as const;

const keyEnv = {
  ...databaseEnv,
  KEY_ENCRYPTION_KEYS: keyRing,
  /** For how long one key signs. */
  KEY_ROTATION_DAYS: z.coerce.number().int().min(1).max(365).default(30),
} as const;

const serverFields = z.object({
  ...commonEnv,
  ...federationEnv,
  ISSUER: issuer,
  REDIS_URL: redisUrlSchema,
  ...keyEnv,
  COOKIE_KEYS: cookieKeys,
  CLIENTS_FILE: z.string().min(1),
  API_AUDIENCE: z.string().min(1),
  ACCESS_TOKEN_TTL_SECONDS: z.coerce.number().int().min(5).max(900).default(600),
  INSIGHTS_URL: z.url(),
  EVENTS_CLIENT_ID: z.string().min(1),
  EVENTS_CLIENT_SECRET: secretSchema,
  /** Prometheus asks here, apart from the port that the internet reaches. */
  METRICS_HOST: z.string().min(1).default("127.0.0.1"),
  METRICS_PORT: z.coerce.number().int().min(0).max(65_535).default(9464),
  TRUSTED_PROXIES: trustedProxiesSchema,
  SMTP_URL: smtpUrlSchema,
  MAIL_FROM: z
    .string()
    .regex(
      /^([^<>\r\n]+ <[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/,
      "must be an address, or Name <address>",
    ),
});

const serverSchema = serverFields.superRefine(checkFederationEnv).superRefine(checkSecretsApart);

/** Environment of the server. */
export type ServerEnv = z.output<typeof serverSchema>;

/** Reads the server's environment; exits naming each variable that is missing or unsafe. */
export function readServerEnv(env: NodeJS.ProcessEnv = process.env): ServerEnv {
  return parseEnv(serverSchema, env);
}

/** Reads the limits; each has a default. */
export function readLimits(env: NodeJS.ProcessEnv = process.env): Limits {
  return limitsFrom(parseEnv(z.object(limitsEnv), env));
}

/** Reads what the migrations need. */
export function readMigrateEnv(env: NodeJS.ProcessEnv = process.env): { DATABASE_URL: string } {
  return parseEnv(z.object(databaseEnv), env);
}

const keySchema = z.object(keyEnv);

/** Reads what the rotation of keys by command needs. */
export function readKeyEnv(env: NodeJS.ProcessEnv = process.env): z.output<typeof keySchema> {
  return parseEnv(keySchema, env);
}

/** Reads what the seed needs. */
export function readSeedEnv(env: NodeJS.ProcessEnv = process.env): {
  DATABASE_URL: string;
  SEED_FILE: string;
} {
  return parseEnv(z.object({ ...databaseEnv, SEED_FILE: z.string().min(1) }), env);
}
