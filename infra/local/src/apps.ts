import { join } from "node:path";
import { apiAudience } from "@mullion/contracts";
import type { DatabaseUrls } from "./databases.ts";
import type { PartName, Ports } from "./ports.ts";
import type { Secrets } from "./secrets.ts";

/** A further instance of the shell's front: the same app under the same origin, at a port of its own. */
type ShellReplica = "shell-2" | "shell-3";

/** An app of the platform, or what stands in for a neighbour of it: `mail-sink` for a mail server. */
export type AppName = Exclude<PartName, "postgres" | "redis" | "smtp" | "identity-metrics" | ShellReplica>;

/** A process that runs an app. */
export type InstanceName = AppName | ShellReplica;

/** How many fronts share the work. */
export type ShellCount = 1 | 2 | 3;

/** Every instance of the shell, the first one first. */
export const shellInstances = ["shell", "shell-2", "shell-3"] as const;

/** How to run one instance of an app. Paths are relative to the app's folder. */
export interface AppSpec {
  readonly app: AppName;
  readonly name: InstanceName;
  readonly folder: string;
  readonly main: string;
  readonly migrates: boolean;
  readonly seeds: boolean;
  /** Its whole environment, less what every process inherits. */
  readonly env: Readonly<Record<string, string>>;
  readonly url: string;
}

/** What the environments of the apps are made of. */
export interface AppContext {
  readonly ports: Ports;
  readonly secrets: Secrets;
  readonly databases: DatabaseUrls;
  readonly redisUrl: string;
  readonly clientsFile: string;
  readonly seedFile: string;
  readonly artifactsDir: string;
  /** Public root keys that releases are verified with, as RELEASE_ROOT_KEYS holds them. */
  readonly rootKeys: string;
  readonly shells: ShellCount;
  /** Address that identity is reached and named by. */
  readonly issuer: string;
  /** Variables that replace or add to an app's own, by app. */
  readonly overrides: Readonly<Partial<Record<AppName, Readonly<Record<string, string>>>>>;
}

/** Address as browsers and tokens name it. */
export function publicUrl(ports: Ports, name: PartName): string {
  return `http://localhost:${String(ports[name])}`;
}

/** Address between processes: a literal address needs no name look-up per connection. */
function innerUrl(ports: Ports, name: PartName): string {
  return `http://127.0.0.1:${String(ports[name])}`;
}

/** True for each instance of the shell. */
export function isShell(name: InstanceName): boolean {
  return shellInstances.some((instance) => instance === name);
}

/** Every instance of every app with its environment. */
export function appSpecs(repository: string, context: AppContext): AppSpec[] {
  const environments = appEnvironments(context);
  const specOf = (app: AppName, name: InstanceName): AppSpec => ({
    app,
    name,
    folder: join(repository, app === "mail-sink" ? "infra" : "apps", app),
    main: app === "shell" ? "src/front/main.ts" : "src/main.ts",
    migrates: app in context.databases,
    seeds: app === "identity",
    url: innerUrl(context.ports, name),
    env: {
      NODE_ENV: "production",
      LOG_LEVEL: "info",
      HOST: "127.0.0.1",
      PORT: String(context.ports[name]),
      ISSUER: context.issuer,
      API_AUDIENCE: apiAudience,
      ...environments[app],
      ...context.overrides[app],
    },
  });
  return (Object.keys(environments) as AppName[]).flatMap((app) =>
    app === "shell"
      ? shellInstances.slice(0, context.shells).map((name) => specOf(app, name))
      : [specOf(app, app)],
  );
}

function appEnvironments(context: AppContext): Record<AppName, Record<string, string>> {
  const { ports, secrets, databases, redisUrl } = context;
  const registryUrl = context.overrides.registry?.["PUBLIC_URL"] ?? publicUrl(ports, "registry");
  const inner = (name: AppName): string => innerUrl(ports, name);
  const health = ["identity", "gateway", "service-profile", "service-insights", "registry", "shell"] as const;
  return {
    identity: {
      DATABASE_URL: databases.identity,
      REDIS_URL: redisUrl,
      KEY_ENCRYPTION_KEYS: secrets.identityKeyEncryption,
      COOKIE_KEYS: secrets.identityCookie,
      CLIENTS_FILE: context.clientsFile,
      SEED_FILE: context.seedFile,
      ACCESS_TOKEN_TTL_SECONDS: "600",
      METRICS_PORT: String(ports["identity-metrics"]),
      INSIGHTS_URL: inner("service-insights"),
      EVENTS_CLIENT_ID: "mullion-identity",
      EVENTS_CLIENT_SECRET: secrets.identityClient,
      SMTP_URL: `smtp://127.0.0.1:${String(ports.smtp)}`,
      MAIL_FROM: "Mullion <no-reply@mullion.test>",
    },
    "mail-sink": {
      // It is the one part that refuses to run in production.
      NODE_ENV: "development",
      SMTP_PORT: String(ports.smtp),
    },
    gateway: {
      REDIS_URL: redisUrl,
      PROFILE_URL: inner("service-profile"),
      INSIGHTS_URL: inner("service-insights"),
      IDENTITY_URL: inner("identity"),
      REGISTRY_URL: inner("registry"),
      CLIENT_ID: "mullion-gateway",
      CLIENT_SECRET: secrets.gatewayClient,
    },
    "service-profile": { DATABASE_URL: databases["service-profile"] },
    "service-insights": {
      DATABASE_URL: databases["service-insights"],
      HEALTH_TARGETS: JSON.stringify(
        Object.fromEntries(health.map((name) => [name, `${inner(name)}/healthz`])),
      ),
    },
    registry: {
      DATABASE_URL: databases.registry,
      ARTIFACTS_DIR: context.artifactsDir,
      PUBLIC_URL: registryUrl,
      RELEASE_ROOT_KEYS: context.rootKeys,
      OVERRIDE_SIGNING_KEY: secrets.overrideSigningKey,
      INSIGHTS_URL: inner("service-insights"),
      CLIENT_ID: "mullion-registry",
      CLIENT_SECRET: secrets.registryClient,
    },
    shell: {
      SHELL_ORIGIN: publicUrl(ports, "shell"),
      CLIENT_ID: "mullion-shell",
      CLIENT_SECRET: secrets.shellClient,
      NEXTAUTH_SECRET: secrets.nextAuth,
      SESSION_KEYS: secrets.sessionKeys,
      REDIS_URL: redisUrl,
      GATEWAY_URL: inner("gateway"),
      REGISTRY_URL: inner("registry"),
      RELEASE_ROOT_KEYS: context.rootKeys,
      ARTIFACT_BASES: `${registryUrl}/artifacts/`,
      INSIGHTS_URL: inner("service-insights"),
      DEVELOPMENT_OVERRIDES: "true",
    },
  };
}
