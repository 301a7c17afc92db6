import { commonEnv, parseEnv } from "@mullion/http-service";
import { z } from "zod";
import { healthTargetsSchema } from "./health-targets.ts";

/** The service's environment; exits 1 naming what is missing. */
export const env = parseEnv(
  z.object({
    ...commonEnv,
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
    ISSUER: z.url(),
    API_AUDIENCE: z.string().min(1),
    HEALTH_TARGETS: healthTargetsSchema,
  }),
  process.env,
);
