import { commonEnv, parseEnv } from "@mullion/http-service";
import { redisUrlSchema } from "@mullion/token-store";
import { z } from "zod";

const schema = z
  .object({
    ...commonEnv,
    /** Origin that browsers see, without a trailing slash. */
    SHELL_ORIGIN: z.url().transform((url) => new URL(url).origin),
    ISSUER: z.url(),
    CLIENT_ID: z.string().min(1),
    CLIENT_SECRET: z.string().min(16),
    /** Signs NextAuth's short-lived CSRF, state and nonce cookies. */
    NEXTAUTH_SECRET: z.string().min(32),
    /** Seals session records: `id:base64 of 32 bytes`, newest first, comma separated. */
    SESSION_KEYS: z.string().min(1),
    REDIS_URL: redisUrlSchema,
    GATEWAY_URL: z.url(),
    REGISTRY_URL: z.url(),
    API_AUDIENCE: z.string().min(1),
    /** Longest life of a session, whatever the activity. */
    SESSION_TTL_SECONDS: z.coerce.number().int().min(60).max(2_592_000).default(43_200),
    /** A session that nobody used for so long ends. */
    SESSION_IDLE_SECONDS: z.coerce.number().int().min(5).max(2_592_000).default(1_800),
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
    /** Channel of the registry whose versions are shown. */
    CHANNEL: z.string().default("production"),
  })
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

/** Reads the environment; names every missing or wrong variable and exits when there is one. */
export function readEnv(): ShellEnv {
  const env = parseEnv(schema, process.env);
  // NextAuth v4 takes its public address from this variable and from nowhere else.
  process.env["NEXTAUTH_URL"] = env.SHELL_ORIGIN;
  return env;
}
