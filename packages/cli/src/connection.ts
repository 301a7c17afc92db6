import { type Env, readEnv } from "./env.ts";
import { CliError } from "./errors.ts";
import { loginClientId } from "./login/authorization-server.ts";
import { readProjectSettings } from "./project/settings.ts";
import type { Connection } from "./registry/request.ts";

/** Options that every command with a registry takes. */
export interface ConnectionOptions {
  readonly registry?: string;
  readonly issuer?: string;
}

/** Where a setting may come from, for whoever has to set it. */
const places = {
  registry: "--registry, MULLION_REGISTRY",
  issuer: "--issuer, MULLION_ISSUER",
  shell: "--shell, MULLION_SHELL",
} as const;

type Address = keyof typeof places;

/**
 * Addresses of the platform: options first, then variables, then the project's `mullion.json`, then the platform that
 * runs in this clone.
 * @throws {CliError} `usage` that lists everything missing.
 */
export function resolveAddresses<A extends Address>(
  wanted: readonly A[],
  options: Readonly<Partial<Record<Address, string>>>,
): Record<A, string> {
  const env = readEnv();
  const variables = { registry: env.MULLION_REGISTRY, issuer: env.MULLION_ISSUER, shell: env.MULLION_SHELL };
  const project = readProjectSettings(process.cwd());
  const found = wanted.map((name) => [name, options[name] ?? variables[name] ?? project[name]] as const);
  const missing = found.filter(([, url]) => url === undefined).map(([name]) => name);
  if (missing.length > 0) {
    throw new CliError(
      "usage",
      `Not known: ${missing.map((name) => `the ${name} (${places[name]})`).join(", ")}.`,
      {
        hint: "A project names its platform in mullion.json. In a clone of Mullion, npm run up does it for you.",
      },
    );
  }
  for (const [, url] of found) {
    if (!URL.canParse(url ?? "")) throw new CliError("usage", `${url ?? ""} is not a URL.`);
  }
  return Object.fromEntries(found) as Record<A, string>;
}

/** A client of its own, as scripts have one. Secrets come from the environment only: arguments show in process lists. */
function clientOf(env: Env): { clientId: string; clientSecret: string } | null {
  const { MULLION_CLIENT_ID: clientId, MULLION_CLIENT_SECRET: clientSecret } = env;
  if (clientId !== undefined && clientSecret !== undefined) return { clientId, clientSecret };
  if (clientId === undefined && clientSecret === undefined) return null;
  const missing = clientId === undefined ? "MULLION_CLIENT_ID" : "MULLION_CLIENT_SECRET";
  throw new CliError("usage", `Not set: ${missing}.`, {
    hint: "Set both to act as a client, or neither to act as the person who signed in with mullion login.",
  });
}

/**
 * The registry, and as whom to speak to it: the client in the environment, else whoever signed in.
 * @throws {CliError} `usage` that lists everything missing.
 */
export function resolveConnection(options: ConnectionOptions): Connection {
  const client = clientOf(readEnv()) ?? { clientId: loginClientId };
  return { ...resolveAddresses(["registry", "issuer"], options), ...client };
}
