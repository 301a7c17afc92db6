import { commonEnv, parseEnv } from "@mullion/http-service";
import { redisUrlSchema } from "@mullion/token-store";
import { z } from "zod";

const httpUrl = z.url({ protocol: /^https?$/ });

// Compared with the Origin field as it is, so written as browsers write it. `*` is none.
const origins = z
  .string()
  .transform((value) => value.split(",").map((origin) => origin.trim()))
  .refine((list) => list.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin), {
    message: "must be origins such as https://app.example.com, separated by commas",
  });

/** The gateway's environment; exits 1 naming what is missing. */
export const env = parseEnv(
  z.object({
    ...commonEnv,
    ISSUER: httpUrl,
    PROFILE_URL: httpUrl,
    INSIGHTS_URL: httpUrl,
    IDENTITY_URL: httpUrl,
    REGISTRY_URL: httpUrl,
    REDIS_URL: redisUrlSchema,
    /** The gateway's own client at the issuer: it sends events, and asks about tokens. */
    CLIENT_ID: z.string().min(1),
    CLIENT_SECRET: z.string().min(1),
    /** Requests a subject may make per minute, over all gateways. */
    RATE_LIMIT_PER_SUBJECT: z.coerce.number().int().positive().default(3_000),
    /** Requests without a valid token an address may make per minute, over all gateways. */
    RATE_LIMIT_PER_ADDRESS: z.coerce.number().int().positive().default(600),
    /** Origins of applications in a browser that call the API with a token of their own; none by default. */
    CORS_ORIGINS: origins.optional(),
    /** Longest that an event stream or a WebSocket stays open before the caller has to reconnect. */
    STREAM_LIMIT_SECONDS: z.coerce.number().int().min(1).max(86_400).default(3_600),
  }),
  process.env,
);
