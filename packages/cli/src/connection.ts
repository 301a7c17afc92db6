import { readEnv } from "./env.ts";
import { CliError } from "./errors.ts";
import type { Connection } from "./registry/request.ts";

/** Options that every command with a registry takes. */
export interface ConnectionOptions {
  readonly registry?: string;
  readonly issuer?: string;
}

/**
 * Options first, then variables. Secrets come from the environment only: arguments show in process lists.
 * @throws {CliError} `usage` that lists everything missing.
 */
export function resolveConnection(options: ConnectionOptions): Connection {
  const env = readEnv();
  const registry = options.registry ?? env.MULLION_REGISTRY;
  const issuer = options.issuer ?? env.MULLION_ISSUER;
  const clientId = env.MULLION_CLIENT_ID;
  const clientSecret = env.MULLION_CLIENT_SECRET;
  if (
    registry !== undefined &&
    issuer !== undefined &&
    clientId !== undefined &&
    clientSecret !== undefined
  ) {
    for (const url of [registry, issuer]) {
      if (!URL.canParse(url)) throw new CliError("usage", `${url} is not a URL.`);
    }
    return { registry, issuer, clientId, clientSecret };
  }
  const missing = [
    ...(registry === undefined ? ["--registry or MULLION_REGISTRY"] : []),
    ...(issuer === undefined ? ["--issuer or MULLION_ISSUER"] : []),
    ...(clientId === undefined ? ["MULLION_CLIENT_ID"] : []),
    ...(clientSecret === undefined ? ["MULLION_CLIENT_SECRET"] : []),
  ];
  throw new CliError("usage", `Not set: ${missing.join(", ")}.`);
}
