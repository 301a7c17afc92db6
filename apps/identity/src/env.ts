import { commonEnv, parseEnv } from "@mullion/http-service";
import { createKeyRing, redisUrlSchema } from "@mullion/token-store";
import { z } from "zod";
import { checkFederationEnv, federationEnv } from "./federation/configured-upstreams.ts";
import { smtpUrlSchema } from "./mail/smtp-url.ts";
import { type Limits, limitsEnv, limitsFrom } from "./rate-limit/limits.ts";

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
  .refine((keys) => keys.every((key) => key.length >= 32), "every key must have at least 32 characters");

const keyRing = z.string().transform((value, context) => {
  try {
    return createKeyRing(value);
  } catch {
    context.addIssue({ code: "custom", message: 'must be "id:base64 of 32 bytes", separated by commas' });
    return z.NEVER;
  }
});

const databaseEnv = { DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }) } as const;

const serverFields = z.object({
  ...commonEnv,
  ...databaseEnv,
  ...federationEnv,
  ISSUER: issuer,
  REDIS_URL: redisUrlSchema,
  KEY_ENCRYPTION_KEYS: keyRing,
  /** For how long one key signs. */
  KEY_ROTATION_DAYS: z.coerce.number().int().min(1).max(365).default(30),
  COOKIE_KEYS: cookieKeys,
  CLIENTS_FILE: z.string().min(1),
  API_AUDIENCE: z.string().min(1),
  ACCESS_TOKEN_TTL_SECONDS: z.coerce.number().int().min(5).max(900).default(600),
  INSIGHTS_URL: z.url(),
  EVENTS_CLIENT_ID: z.string().min(1),
  EVENTS_CLIENT_SECRET: z.string().min(32),
  /** Prometheus asks here, apart from the port that the internet reaches. */
  METRICS_HOST: z.string().min(1).default("127.0.0.1"),
  METRICS_PORT: z.coerce.number().int().min(0).max(65_535).default(9464),
  /** Proxies whose `X-Forwarded-For` names the visitor: addresses or networks, comma separated. */
  TRUSTED_PROXIES: z
    .string()
    .transform((list) =>
      list
        .split(",")
        .map((entry) => entry.trim())
        .filter(Boolean),
    )
    .default([]),
  SMTP_URL: smtpUrlSchema,
  MAIL_FROM: z
    .string()
    .regex(
      /^([^<>\r\n]+ <[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/,
      "must be an address, or Name <address>",
    ),
});

const serverSchema = serverFields.superRefine(checkFederationEnv);

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

/** Reads what the seed needs. */
export function readSeedEnv(env: NodeJS.ProcessEnv = process.env): {
  DATABASE_URL: string;
  SEED_FILE: string;
} {
  return parseEnv(z.object({ ...databaseEnv, SEED_FILE: z.string().min(1) }), env);
}
