import { commonEnv, parseEnv } from "@mullion/http-service";
import { z } from "zod";

const httpUrl = z.url({ protocol: /^https?$/ });

/** The gateway's environment; exits 1 naming what is missing. */
export const env = parseEnv(
  z.object({
    ...commonEnv,
    ISSUER: httpUrl,
    API_AUDIENCE: z.string().min(1),
    PROFILE_URL: httpUrl,
    INSIGHTS_URL: httpUrl,
    IDENTITY_URL: httpUrl,
    REGISTRY_URL: httpUrl,
    REDIS_URL: z.url({ protocol: /^rediss?$/ }),
    EVENTS_CLIENT_ID: z.string().min(1),
    EVENTS_CLIENT_SECRET: z.string().min(1),
    /** Requests a subject may make per minute, over all gateways. */
    RATE_LIMIT_PER_SUBJECT: z.coerce.number().int().positive().default(3_000),
    /** Requests without a valid token an address may make per minute, over all gateways. */
    RATE_LIMIT_PER_ADDRESS: z.coerce.number().int().positive().default(600),
  }),
  process.env,
);
