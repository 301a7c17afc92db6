import { z } from "zod";

/** A bucket of an S3-compatible store and the key that opens it. Addressed by path: `<endpoint>/<bucket>/<key>`. */
export interface S3Settings {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Where artifacts are kept. */
export type StoreSettings = { readonly folder: string } | { readonly s3: S3Settings };

const text = z.string().min(1).optional();

/** Variables that say where artifacts are kept: a folder, or all five of a bucket. */
export const storeVariables = {
  ARTIFACTS_DIR: text,
  ARTIFACTS_S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  ARTIFACTS_S3_BUCKET: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
      "a bucket has 3 to 63 lower-case letters, digits, dots, hyphens",
    )
    .optional(),
  ARTIFACTS_S3_REGION: text,
  ARTIFACTS_S3_ACCESS_KEY_ID: text,
  ARTIFACTS_S3_SECRET_ACCESS_KEY: text,
} as const;

type StoreVariables = { readonly [K in keyof typeof storeVariables]?: string | undefined };

const bucketVariables = (Object.keys(storeVariables) as (keyof StoreVariables)[]).filter(
  (name) => name !== "ARTIFACTS_DIR",
);

/** Names what keeps the variables from saying one place: two places would part what one registry has published. */
export function findStoreIssue(env: StoreVariables): { name: keyof StoreVariables; message: string } | null {
  const missing = bucketVariables.find((name) => env[name] === undefined);
  const given = bucketVariables.find((name) => env[name] !== undefined);
  if (given === undefined) {
    const message = "say where artifacts are kept: ARTIFACTS_DIR, or ARTIFACTS_S3_ENDPOINT and its relatives";
    return env.ARTIFACTS_DIR === undefined ? { name: "ARTIFACTS_DIR", message } : null;
  }
  if (env.ARTIFACTS_DIR !== undefined) {
    return { name: "ARTIFACTS_DIR", message: `${given} is set as well: keep artifacts in one place` };
  }
  return missing === undefined ? null : { name: missing, message: `${given} is set: a bucket needs it too` };
}

/** The place that checked variables name. */
export function toStoreSettings(env: StoreVariables): StoreSettings {
  const text = (name: keyof StoreVariables): string => env[name] ?? "";
  if (env.ARTIFACTS_DIR !== undefined) return { folder: env.ARTIFACTS_DIR };
  return {
    s3: {
      endpoint: text("ARTIFACTS_S3_ENDPOINT"),
      bucket: text("ARTIFACTS_S3_BUCKET"),
      region: text("ARTIFACTS_S3_REGION"),
      accessKeyId: text("ARTIFACTS_S3_ACCESS_KEY_ID"),
      secretAccessKey: text("ARTIFACTS_S3_SECRET_ACCESS_KEY"),
    },
  };
}
